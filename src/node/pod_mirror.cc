#include "node/pod_mirror.h"

#include <algorithm>
#include <utility>

#include "node/pod_gather.h"

namespace proa::node {

using runtime::kSecond;

namespace {

bool has(const auto& list, const std::string& id) {
  return std::ranges::any_of(list, [&](const auto& each) { return each.id == id; });
}

void drop(auto& list, const std::string& id) {
  std::erase_if(list, [&](const auto& each) { return each.id == id; });
}

}  // namespace

PodMirror::PodMirror(runtime::Executor& executor, cri::Runtime& runtime, std::string pod_uid)
    : runtime_(runtime), uid_(std::move(pod_uid)), retry_(executor) {}

void PodMirror::start(PodRuntimeState known, Handlers handlers) {
  handlers_ = std::move(handlers);
  state_ = std::move(known);
  add_last_words({});
}

bool PodMirror::owns(const std::string& id) const {
  return newborn_ == id || has(state_.containers, id) || has(state_.sandboxes, id);
}

void PodMirror::look(bool all) {
  if (!asking_) return ask(all);
  again_ = true;
  again_all_ = again_all_ || all;
}

void PodMirror::look_later() {
  retry_.start(kSecond, [this] { look(true); });
}

void PodMirror::ask(bool all) {
  asking_ = true;
  if (all) retry_.stop();
  made_.clear();
  stopped_.clear();
  forgotten_.clear();
  auto done = alive_.guard([this, all](Result<PodRuntimeState> got) { answered(all, std::move(got)); });
  if (all) return gather_all(runtime_, uid_, std::move(done));
  gather_again(runtime_, to_ask_about(), std::move(done));
}

/// What is known, and the container that was made but not seen yet.
PodRuntimeState PodMirror::to_ask_about() const {
  PodRuntimeState out = state_;
  if (!newborn_.empty() && !has(out.containers, newborn_)) {
    cri::ContainerStatus unseen;
    unseen.id = newborn_;
    out.containers.push_back(std::move(unseen));
  }
  return out;
}

void PodMirror::answered(bool all, Result<PodRuntimeState> got) {
  asking_ = false;
  const bool failed = !got;
  if (!failed) merge(all, std::move(*got));
  if (std::exchange(again_, false)) return ask(std::exchange(again_all_, false) || (failed && all));
  failed ? look_later() : handlers_.seen();
}

void PodMirror::merge(bool all, PodRuntimeState fresh) {
  const PodRuntimeState before = std::exchange(state_, std::move(fresh));
  if (all) {
    for (const cri::SandboxStatus& each : made_)
      if (!has(state_.sandboxes, each.id)) state_.sandboxes.push_back(each);
    for (cri::SandboxStatus& each : state_.sandboxes) each.ready = each.ready && !stopped_.contains(each.id);
  } else {
    state_.sandboxes = before.sandboxes;  // nobody asked about them
  }
  for (const std::string& id : forgotten_) {
    drop(state_.sandboxes, id);
    drop(state_.containers, id);
  }
  sort_newest_first(state_);
  add_last_words(before);
}

void PodMirror::add_last_words(const PodRuntimeState& before) {
  for (cri::ContainerStatus& each : state_.containers) {
    if (each.state != cri::ContainerState::kExited || !each.message.empty()) continue;
    const auto known = std::ranges::find(before.containers, each.id, &cri::ContainerStatus::id);
    const bool heard = known != before.containers.end() && known->state == cri::ContainerState::kExited;
    each.message = heard ? known->message : handlers_.last_words(each);
  }
}

void PodMirror::made_sandbox(cri::SandboxStatus sandbox) {
  made_.push_back(sandbox);
  drop(state_.sandboxes, sandbox.id);  // a look may have come upon it already
  state_.sandboxes.insert(state_.sandboxes.begin(), std::move(sandbox));
}

void PodMirror::stopped_sandbox(const std::string& id) {
  stopped_.insert(id);
  for (cri::SandboxStatus& each : state_.sandboxes)
    if (each.id == id) each.ready = false;
}

void PodMirror::forget(const std::string& id) {
  forgotten_.insert(id);
  if (newborn_ == id) newborn_.clear();
  drop(state_.containers, id);
  drop(state_.sandboxes, id);
}

}  // namespace proa::node
