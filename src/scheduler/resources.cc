#include "scheduler/resources.h"

#include <algorithm>

#include "object/quantity.h"

namespace proa::scheduler {
namespace {

using object::Quantity;
using object::View;

constexpr int64_t kDefaultCpuMilli = 100;
constexpr int64_t kDefaultMemory = 200 * 1024 * 1024;

Resources container_requests(View container, bool nonzero) {
  const View requests = container["resources"]["requests"];
  Resources r = resources_of(requests);
  if (nonzero && !requests.has("cpu")) r.cpu_milli = kDefaultCpuMilli;
  if (nonzero && !requests.has("memory")) r.memory = kDefaultMemory;
  return r;
}

Resources sum_requests(View pod, bool nonzero) {
  const View spec = pod["spec"];
  Resources running, sidecars, starting;
  for (const View container : spec["containers"].items()) running += container_requests(container, nonzero);
  for (const View container : spec["initContainers"].items()) {
    const Resources own = container_requests(container, nonzero);
    Resources now = sidecars;
    now += own;
    if (container["restartPolicy"].as_string() == "Always") sidecars += own;
    starting.raise_to(now);
  }
  running += sidecars;
  running.raise_to(starting);
  const View whole = spec["resources"]["requests"];
  const Resources of_pod = resources_of(whole);
  if (whole.has("cpu")) running.cpu_milli = of_pod.cpu_milli;
  if (whole.has("memory")) running.memory = of_pod.memory;
  for (const auto& [name, amount] : of_pod.others) running.others[name] = amount;
  running += resources_of(spec["overhead"]);
  return running;
}

}  // namespace

Resources& Resources::operator+=(const Resources& more) {
  cpu_milli += more.cpu_milli;
  memory += more.memory;
  ephemeral += more.ephemeral;
  for (const auto& [name, amount] : more.others) others[name] += amount;
  return *this;
}

Resources& Resources::operator-=(const Resources& less) {
  cpu_milli -= less.cpu_milli;
  memory -= less.memory;
  ephemeral -= less.ephemeral;
  for (const auto& [name, amount] : less.others) others[name] -= amount;
  return *this;
}

void Resources::raise_to(const Resources& other) {
  cpu_milli = std::max(cpu_milli, other.cpu_milli);
  memory = std::max(memory, other.memory);
  ephemeral = std::max(ephemeral, other.ephemeral);
  for (const auto& [name, amount] : other.others) others[name] = std::max(others[name], amount);
}

Resources resources_of(View quantities) {
  Resources r;
  for (const auto [name, value] : quantities.members()) {
    const auto quantity =
        value.is_int() ? Result<Quantity>(Quantity::of(value.as_int())) : Quantity::parse(value.as_string());
    if (!quantity) continue;
    if (name == "cpu") {
      r.cpu_milli = quantity->milli_value();
    } else if (name == "memory") {
      r.memory = quantity->value();
    } else if (name == "ephemeral-storage") {
      r.ephemeral = quantity->value();
    } else if (name != "pods") {
      r.others[std::string(name)] = quantity->value();
    }
  }
  return r;
}

Resources requests_of(View pod) { return sum_requests(pod, false); }

Resources nonzero_requests_of(View pod) { return sum_requests(pod, true); }

}  // namespace proa::scheduler
