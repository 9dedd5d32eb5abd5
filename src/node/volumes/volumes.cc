#include "node/volumes/volumes.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "node/pod_state.h"
#include "node/runtime_config.h"
#include "node/volumes/atomic_writer.h"
#include "node/volumes/content.h"
#include "node/volumes/host_path.h"
#include "object/meta.h"
#include "object/quantity.h"
#include "object/time.h"
#include "runtime/file.h"

namespace proa::node {

namespace fs = std::filesystem;
using object::Document;
using object::Key;
using object::Value;
using object::View;
using runtime::kSecond;

namespace {

constexpr size_t kLongestMessage = 4096;
constexpr runtime::DurationNs kTokenCheck = 600 * kSecond;

struct Token {
  std::string text;
  runtime::TimeNs issued = 0, expires = 0;
};

/// One pod whose volumes are kept.
struct Entry {
  Document pod;
  std::map<TokenSource, Token> tokens;
  bool placed = false;
};

class RealVolumes : public Volumes, public std::enable_shared_from_this<RealVolumes> {
 public:
  RealVolumes(const NodeSettings& settings, client::Client& client, client::Informers& informers,
              runtime::Executor& executor)
      : settings_(settings), client_(client), executor_(executor), informers_(informers), renewal_(executor) {}

  void watch() {
    for (const bool secret : {false, true})
      client::on_change(informers_.of(secret ? client::resources::kSecrets : client::resources::kConfigMaps), alive_,
                        [this, secret](const Document& before, const Document& after) {
                          changed(secret, (after ? after : before).root());  // one that is optional may come and go
                        });
    renew_tokens();
  }

  void prepare(const Document& pod, std::function<void(Result<void>)> done) override {
    Entry& entry = entries_[std::string(object::uid_of(pod.root()))];
    entry.pod = pod;
    std::vector<Reference> wanted;
    for (View volume : pod["spec"]["volumes"].items())
      for (Reference& each : volume_references(volume)) wanted.push_back(std::move(each));
    fetch_references(client_, std::string(object::namespace_of(pod.root())), std::move(wanted),
                     [weak = weak_from_this(), pod, done = std::move(done)](Result<References> got) {
                       const auto self = weak.lock();
                       if (!self) return;
                       if (!got) return done(Error(got.error()));
                       self->with_tokens(pod, std::make_shared<References>(std::move(*got)), done);
                     });
  }

  Result<std::vector<cri::Mount>> mounts(View pod, View container, uint32_t attempt, const Env& env,
                                         const std::vector<std::string>& pod_ips) override;
  std::string termination_message(View container, const cri::ContainerStatus& status) override;
  void remove(const std::string& pod_uid) override;

 private:
  std::string pod_dir(View pod) const { return settings_.pods_dir + "/" + std::string(object::uid_of(pod)); }
  std::string volume_dir(View pod, View volume) const { return pod_dir(pod) + "/volumes/" + volume["name"].str(); }

  static Status failed_mount(View volume, const Status& why) {
    return base::bad_request(
        fmt::format("MountVolume.SetUp failed for volume \"{}\" : {}", volume["name"].as_string(), why.message));
  }

  // ---- tokens

  /// Asks for the first token that is missing, then goes on with the rest.
  void with_tokens(const Document& pod, std::shared_ptr<References> references,
                   std::function<void(Result<void>)> done) {
    const auto at = entries_.find(std::string(object::uid_of(pod.root())));
    if (at == entries_.end()) return;
    for (View volume : pod["spec"]["volumes"].items())
      for (const TokenSource& wanted : volume_tokens(volume)) {
        if (at->second.tokens.contains(wanted)) continue;
        return request_token(pod, wanted, [this, pod, references, done, name = volume["name"].str()](Result<void> got) {
          if (got) return with_tokens(pod, references, done);
          done(Error(base::bad_request(fmt::format(
              "MountVolume.SetUp failed for volume \"{}\" : failed to fetch token: {}", name, got.error().message))));
        });
      }
    done(place_all(pod, *references));
  }

  void request_token(const Document& pod, const TokenSource& wanted, std::function<void(Result<void>)> done) {
    const View root = pod.root();
    Value bound = Value::object(
        {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", object::name_of(root)}, {"uid", object::uid_of(root)}});
    Value spec = Value::object({{"audiences", Value::array()},
                                {"expirationSeconds", wanted.expiration_seconds},
                                {"boundObjectRef", std::move(bound)}});
    if (!wanted.audience.empty()) spec["audiences"].push_back(wanted.audience);
    Value request = Value::object(
        {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", std::move(spec)}});
    const std::string account =
        root["spec"]["serviceAccountName"].exists() ? root["spec"]["serviceAccountName"].str() : "default";
    client_.create(
        client::resources::kServiceAccounts, object::namespace_of(root), account, std::move(request), "token",
        [weak = weak_from_this(), uid = std::string(object::uid_of(root)), wanted, done](Result<Document> got) {
          const auto self = weak.lock();
          if (!self) return;
          if (!got) return done(Error(got.error()));
          const auto at = self->entries_.find(uid);
          if (at == self->entries_.end()) return;
          const runtime::TimeNs now = self->executor_.clock().wall();
          const auto expires = object::time_of((*got)["status"]["expirationTimestamp"]);
          at->second.tokens[wanted] = {(*got)["status"]["token"].str(), now,
                                       expires.value_or(now + wanted.expiration_seconds * kSecond)};
          done({});
        });
  }

  /// Every ten minutes: tokens whose life is four fifths over are asked for anew.
  void renew_tokens() {
    renewal_.start(kTokenCheck, [this] { renew_tokens(); });
    const runtime::TimeNs now = executor_.clock().wall();
    for (auto& [uid, entry] : entries_) {
      const auto old = [&](const auto& each) {
        return now > each.second.issued + (each.second.expires - each.second.issued) / 5 * 4;
      };
      if (std::erase_if(entry.tokens, old) > 0 && entry.placed) refresh(entry.pod);
    }
  }

  // ---- contents

  void changed(bool secret, View object) {
    const Reference::Kind kind = secret ? Reference::Kind::kSecret : Reference::Kind::kConfigMap;
    for (auto& [uid, entry] : entries_) {
      if (!entry.placed || object::namespace_of(entry.pod.root()) != object::namespace_of(object)) continue;
      for (View volume : entry.pod["spec"]["volumes"].items())
        if (std::ranges::any_of(volume_references(volume), [&](const Reference& each) {
              return each.kind == kind && each.name == object::name_of(object);
            })) {
          refresh(entry.pod);
          break;
        }
    }
  }

  /// What can't be refreshed stays as it is.
  void refresh(const Document& pod) {
    prepare(pod, [](Result<void>) {});
  }

  Result<void> place_all(const Document& pod, const References& references) {
    const View root = pod.root();
    const std::vector<Document> no_services;
    const EnvFacts env{references,   no_services,         root["status"]["podIP"].str(),
                       settings_.ip, settings_.milli_cpu, settings_.memory_bytes};
    Entry& entry = entries_[std::string(object::uid_of(root))];
    ContentFacts facts{env, {}};
    for (const auto& [source, token] : entry.tokens) facts.tokens[source] = token.text;
    for (View volume : root["spec"]["volumes"].items())
      if (auto placed = place(root, volume, facts); !placed) return Error(failed_mount(volume, placed.error()));
    entry.placed = true;
    return {};
  }

  int64_t group_of(View pod) const {
    const View group = pod["spec"]["securityContext"]["fsGroup"];
    return group.is_int() ? group.as_int() : -1;
  }

  Result<void> place(View pod, View volume, const ContentFacts& facts) {
    const std::string dir = volume_dir(pod, volume);
    if (has_content(volume)) {
      auto files = volume_content(pod, volume, facts);
      if (!files) return Error(files.error());
      if (settings_.secrets_in_memory && is_confidential(volume) && lacks_memory(dir))
        if (auto mounted = mount_memory(dir, "mode=0755"); !mounted) return mounted;
      const std::string unique = fmt::format("{}.{}", executor_.clock().wall(), ++sequence_);
      if (auto written = write_volume(dir, *files, group_of(pod), unique); !written) return Error(written.error());
      return {};
    }
    if (volume["hostPath"].exists())
      return check_host_path(volume["hostPath"]["path"].str(), volume["hostPath"]["type"].str());
    if (volume["emptyDir"].exists()) return make_empty_dir(pod, volume, dir);
    return Error(base::bad_request("this kind of volume is not supported by this node"));
  }

  /// Not there, or an empty folder: as the machine's restart leaves it. What has files already is in use.
  static bool lacks_memory(const std::string& dir) {
    struct stat here{}, above{};
    if (::stat(dir.c_str(), &here) != 0) return true;
    ::stat((dir + "/..").c_str(), &above);
    std::error_code failed;
    return here.st_dev == above.st_dev && fs::is_empty(dir, failed);
  }

  static Result<void> mount_memory(const std::string& dir, const std::string& options) {
    if (auto made = runtime::make_dirs(dir, 0755); !made) return made;
    if (::mount("tmpfs", dir.c_str(), "tmpfs", 0, options.c_str()) == 0) return {};
    const int why = errno;
    ::rmdir(dir.c_str());  // the next try must not take it for mounted
    return Error(base::internal_error(fmt::format("can't mount a tmpfs at {}: {}", dir, std::strerror(why))));
  }

  Result<void> make_empty_dir(View pod, View volume, const std::string& dir) {
    if (runtime::file_exists(dir)) return {};
    if (volume["emptyDir"]["medium"].as_string() == "Memory") {
      std::string options = "mode=0777";
      if (const View limit = volume["emptyDir"]["sizeLimit"]; limit.is_string())
        if (const auto size = object::Quantity::parse(limit.as_string()); size && !size->is_zero())
          options += fmt::format(",size={}", size->value());
      if (auto mounted = mount_memory(dir, options); !mounted) return mounted;
    } else if (auto made = runtime::make_dirs(dir, 0777); !made) {
      return made;
    }
    const int64_t group = group_of(pod);
    if (group >= 0) (void)!::chown(dir.c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(group));
    ::chmod(dir.c_str(), group >= 0 ? 02777 : 0777);
    return {};
  }

  NodeSettings settings_;
  client::Client& client_;
  runtime::Executor& executor_;
  client::Informers& informers_;
  runtime::Timer renewal_;
  std::map<std::string, Entry> entries_;  // by pod uid
  uint64_t sequence_ = 0;
  client::Alive alive_;
};

int propagation_of(View mount) {
  const std::string_view text = mount["mountPropagation"].as_string();
  return text == "HostToContainer" ? 1 : text == "Bidirectional" ? 2 : 0;
}

Result<std::vector<cri::Mount>> RealVolumes::mounts(View pod, View container, uint32_t attempt, const Env& env,
                                                    const std::vector<std::string>& pod_ips) {
  std::vector<cri::Mount> out;
  bool own_hosts = false;
  for (View mount : container["volumeMounts"].items()) {
    View volume;
    for (View each : pod["spec"]["volumes"].items())
      if (each["name"].as_string() == mount["name"].as_string()) volume = each;
    if (!volume.exists())
      return Error(base::bad_request(fmt::format("cannot find volume \"{}\" to mount into container \"{}\"",
                                                 mount["name"].as_string(), container["name"].as_string())));
    std::string path = volume["hostPath"].exists() ? volume["hostPath"]["path"].str() : volume_dir(pod, volume);
    std::string sub_path = mount["subPath"].str();
    if (const std::string_view pattern = mount["subPathExpr"].as_string(); !pattern.empty()) {
      auto expanded = expand_path(pattern, env);
      if (!expanded) return Error(expanded.error());
      sub_path = std::move(*expanded);
    }
    if (!sub_path.empty()) {
      auto inside = safe_sub_path(path, sub_path, mount["name"].str(), container["name"].str());
      if (!inside) return Error(inside.error());
      path = *inside;
    }
    const std::string target = mount["mountPath"].str();
    own_hosts = own_hosts || target == "/etc/hosts";
    const bool read_only = mount["readOnly"].as_bool() || has_content(volume);
    out.push_back({target.starts_with("/") ? target : "/" + target, path, read_only, propagation_of(mount)});
  }
  if (!own_hosts && (!pod_ips.empty() || uses_host_network(pod))) {
    const std::string hosts = pod_dir(pod) + "/etc-hosts";
    std::string text = hosts_file(pod, pod_ips, settings_);
    if (uses_host_network(pod))
      text = "# Kubernetes-managed hosts file (host network).\n" + runtime::read_file("/etc/hosts").value_or("") +
             host_aliases(pod);
    if (auto made = runtime::make_dirs(pod_dir(pod), 0750); !made) return Error(made.error());
    std::ofstream(hosts, std::ios::trunc) << text;  // in place: running containers have the file bound
    ::chmod(hosts.c_str(), 0644);
    out.push_back({"/etc/hosts", hosts, false, 0});
  }
  if (const std::string target = container["terminationMessagePath"].str(); !target.empty()) {
    const std::string dir = fmt::format("{}/containers/{}", pod_dir(pod), container["name"].as_string());
    if (auto made = runtime::make_dirs(dir, 0755); !made) return Error(made.error());
    const std::string file = fmt::format("{}/{}", dir, attempt);
    std::ofstream(file, std::ios::trunc).close();
    ::chmod(file.c_str(), 0666);
    out.push_back({target, file, false, 0});
  }
  return out;
}

std::string RealVolumes::termination_message(View container, const cri::ContainerStatus& status) {
  const auto at = status.mounts.find(container["terminationMessagePath"].str());
  if (at == status.mounts.end()) return {};
  std::ifstream in(at->second, std::ios::binary);
  std::string text(kLongestMessage, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (!text.empty() || status.exit_code == 0) return text;
  if (container["terminationMessagePolicy"].as_string() != "FallbackToLogsOnError") return text;
  return log_tail(status.log_path);
}

void RealVolumes::remove(const std::string& pod_uid) {
  entries_.erase(pod_uid);
  if (pod_uid.empty()) return;
  const std::string dir = settings_.pods_dir + "/" + pod_uid;
  std::error_code failed;
  for (const fs::directory_entry& volume : fs::directory_iterator(dir + "/volumes", failed))
    ::umount2(volume.path().c_str(), MNT_DETACH);  // memory volumes; others are no mounts
  fs::remove_all(dir, failed);
}

class SimulatedVolumes : public Volumes {
 public:
  void prepare(const Document&, std::function<void(Result<void>)> done) override { done({}); }
  Result<std::vector<cri::Mount>> mounts(View, View, uint32_t, const Env&, const std::vector<std::string>&) override {
    return std::vector<cri::Mount>();
  }
  std::string termination_message(View, const cri::ContainerStatus&) override { return {}; }
  void remove(const std::string&) override {}
};

/// Volumes with shared ownership inside, so that answers that come late find nothing.
class Owner : public Volumes {
 public:
  explicit Owner(std::shared_ptr<RealVolumes> real) : real_(std::move(real)) {}
  void prepare(const Document& pod, std::function<void(Result<void>)> done) override {
    real_->prepare(pod, std::move(done));
  }
  Result<std::vector<cri::Mount>> mounts(View pod, View container, uint32_t attempt, const Env& env,
                                         const std::vector<std::string>& ips) override {
    return real_->mounts(pod, container, attempt, env, ips);
  }
  std::string termination_message(View container, const cri::ContainerStatus& status) override {
    return real_->termination_message(container, status);
  }
  void remove(const std::string& uid) override { real_->remove(uid); }

 private:
  std::shared_ptr<RealVolumes> real_;
};

}  // namespace

std::unique_ptr<Volumes> make_volumes(const NodeSettings& settings, client::Client& client,
                                      client::Informers& informers, runtime::Executor& executor) {
  auto real = std::make_shared<RealVolumes>(settings, client, informers, executor);
  real->watch();
  return std::make_unique<Owner>(std::move(real));
}

std::unique_ptr<Volumes> make_simulated_volumes() { return std::make_unique<SimulatedVolumes>(); }

}  // namespace proa::node
