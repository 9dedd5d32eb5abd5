#include "node/cri/messages.h"

namespace proa::node::cri {

namespace {

WireWriter number_value(int64_t value) { return std::move(WireWriter().number(1, value)); }

WireWriter encode_namespaces(const NamespaceOptions& options) {
  WireWriter out;
  out.number(1, static_cast<int>(options.network)).number(2, static_cast<int>(options.pid));
  out.number(3, static_cast<int>(options.ipc)).text(4, options.target_id);
  return out;
}

WireWriter encode_profile(Seccomp type, const std::string& file) {
  return std::move(WireWriter().number(1, static_cast<int>(type)).text(2, file));
}

WireWriter encode_resources(const Resources& r) {
  WireWriter out;
  out.number(1, r.cpu_period).number(2, r.cpu_quota).number(3, r.cpu_shares);
  out.number(4, r.memory_limit_bytes).number(5, r.oom_score_adj);
  return out;
}

WireWriter encode_security(const SecurityContext& s) {
  WireWriter out;
  out.message(1, WireWriter().texts(1, s.add_capabilities).texts(2, s.drop_capabilities));
  out.number(2, s.privileged).message(3, encode_namespaces(s.namespaces));
  if (s.run_as_user) out.message(5, number_value(*s.run_as_user));
  if (s.run_as_group) out.message(12, number_value(*s.run_as_group));
  out.text(6, s.run_as_user_name).number(7, s.read_only_root).numbers(8, s.supplemental_groups);
  out.number(11, s.no_new_privileges).texts(13, s.masked_paths).texts(14, s.read_only_paths);
  return std::move(out.message(15, encode_profile(s.seccomp, s.seccomp_file)));
}

struct Metadata {
  std::string name, uid, space;
  uint32_t attempt = 0;
};

Metadata decode_sandbox_metadata(WireReader reader) {
  Metadata out;
  while (reader.next()) switch (reader.field()) {
      case 1: out.name = reader.str(); break;
      case 2: out.uid = reader.str(); break;
      case 3: out.space = reader.str(); break;
      case 4: out.attempt = static_cast<uint32_t>(reader.number()); break;
      default: break;
    }
  return out;
}

void take_container_metadata(WireReader reader, Container& out) {
  while (reader.next()) {
    if (reader.field() == 1) out.name = reader.str();
    if (reader.field() == 2) out.attempt = static_cast<uint32_t>(reader.number());
  }
}

void take_sandbox_metadata(WireReader reader, Sandbox& out) {
  Metadata metadata = decode_sandbox_metadata(reader);
  out.name = std::move(metadata.name);
  out.uid = std::move(metadata.uid);
  out.namespace_ = std::move(metadata.space);
  out.attempt = metadata.attempt;
}

/// The text in field 1: ImageSpec.image, PodIP.ip and their like.
std::string first_text(WireReader reader) {
  while (reader.next())
    if (reader.field() == 1) return reader.str();
  return {};
}

int64_t first_number(WireReader reader) {
  while (reader.next())
    if (reader.field() == 1) return reader.number();
  return 0;
}

void take_network(WireReader reader, std::vector<std::string>& ips) {
  while (reader.next()) {
    if (reader.field() == 1 && !reader.bytes().empty()) ips.insert(ips.begin(), reader.str());
    if (reader.field() == 2) ips.push_back(first_text(reader.message()));
  }
}

/// LinuxPodSandboxStatus.namespaces.options.network
bool uses_host_network(WireReader linux_status) {
  while (linux_status.next()) {
    if (linux_status.field() != 1) continue;
    WireReader space = linux_status.message();
    while (space.next())
      if (space.field() == 2) return first_number(space.message()) == static_cast<int>(Namespace::kNode);
  }
  return false;
}

void take_mount(WireReader reader, StringMap& mounts) {
  std::string inside, outside;
  while (reader.next()) {
    if (reader.field() == 1) inside = reader.str();
    if (reader.field() == 2) outside = reader.str();
  }
  mounts[inside] = outside;
}

}  // namespace

WireWriter encode_sandbox_config(const SandboxConfig& config) {
  WireWriter metadata, dns, security, linux_config, out;
  metadata.text(1, config.name).text(2, config.uid).text(3, config.namespace_).number(4, config.attempt);
  dns.texts(1, config.dns_servers).texts(2, config.dns_searches).texts(3, config.dns_options);
  security.message(1, encode_namespaces(config.namespaces));
  if (config.run_as_user) security.message(3, number_value(*config.run_as_user));
  if (config.run_as_group) security.message(8, number_value(*config.run_as_group));
  security.numbers(5, config.supplemental_groups).number(6, config.privileged);
  security.message(9, encode_profile(Seccomp::kRuntimeDefault, {}));
  linux_config.text(1, config.cgroup_parent).message(2, security).map(3, config.sysctls);
  out.message(1, metadata).text(2, config.hostname).text(3, config.log_directory).message(4, dns);
  out.map(6, config.labels).map(7, config.annotations).message(8, linux_config);
  return out;
}

WireWriter encode_container_config(const ContainerConfig& config) {
  WireWriter out;
  out.message(1, WireWriter().text(1, config.name).number(2, config.attempt));
  out.message(2, WireWriter().text(1, config.image).text(18, config.user_image));
  out.texts(3, config.command).texts(4, config.args).text(5, config.working_dir);
  for (const auto& [name, value] : config.envs) out.message(6, WireWriter().text(1, name).text(2, value));
  for (const Mount& mount : config.mounts) {
    WireWriter each;
    each.text(1, mount.container_path).text(2, mount.host_path).number(3, mount.read_only);
    out.message(7, each.number(5, mount.propagation));
  }
  out.map(9, config.labels).map(10, config.annotations).text(11, config.log_path);
  out.number(12, config.stdin_open).number(13, config.stdin_once).number(14, config.tty);
  out.message(15,
              WireWriter().message(1, encode_resources(config.resources)).message(2, encode_security(config.security)));
  return out;
}

WireWriter encode_uid_filter(std::string_view pod_uid, int label_selector_field) {
  WireWriter filter;
  if (!pod_uid.empty()) filter.map(label_selector_field, {{"io.kubernetes.pod.uid", std::string(pod_uid)}});
  return std::move(WireWriter().message(1, filter));
}

Sandbox decode_sandbox(WireReader reader) {
  Sandbox out;
  out.ready = true;  // SANDBOX_READY is 0, so it is not on the wire
  while (reader.next()) switch (reader.field()) {
      case 1: out.id = reader.str(); break;
      case 2: take_sandbox_metadata(reader.message(), out); break;
      case 3: out.ready = reader.number() == 0; break;
      case 4: out.created_at = reader.number(); break;
      case 5: reader.entry_into(out.labels); break;
      default: break;
    }
  return out;
}

SandboxStatus decode_sandbox_status(WireReader reader) {
  SandboxStatus out;
  out.ready = true;
  while (reader.next()) switch (reader.field()) {
      case 1: out.id = reader.str(); break;
      case 2: take_sandbox_metadata(reader.message(), out); break;
      case 3: out.ready = reader.number() == 0; break;
      case 4: out.created_at = reader.number(); break;
      case 5: take_network(reader.message(), out.ips); break;
      case 6: out.host_network = uses_host_network(reader.message()); break;
      case 7: reader.entry_into(out.labels); break;
      default: break;
    }
  return out;
}

Container decode_container(WireReader reader) {
  Container out;
  out.state = ContainerState::kCreated;
  while (reader.next()) switch (reader.field()) {
      case 1: out.id = reader.str(); break;
      case 2: out.sandbox_id = reader.str(); break;
      case 3: take_container_metadata(reader.message(), out); break;
      case 4: out.image = first_text(reader.message()); break;
      case 6: out.state = static_cast<ContainerState>(reader.number()); break;
      case 7: out.created_at = reader.number(); break;
      case 8: reader.entry_into(out.labels); break;
      case 9: reader.entry_into(out.annotations); break;
      default: break;
    }
  return out;
}

ContainerStatus decode_container_status(WireReader reader) {
  ContainerStatus out;
  out.state = ContainerState::kCreated;
  while (reader.next()) switch (reader.field()) {
      case 1: out.id = reader.str(); break;
      case 2: take_container_metadata(reader.message(), out); break;
      case 3: out.state = static_cast<ContainerState>(reader.number()); break;
      case 4: out.created_at = reader.number(); break;
      case 5: out.started_at = reader.number(); break;
      case 6: out.finished_at = reader.number(); break;
      case 7: out.exit_code = static_cast<int>(reader.number()); break;
      case 8: out.image = first_text(reader.message()); break;
      case 9: out.image_ref = reader.str(); break;
      case 10: out.reason = reader.str(); break;
      case 11: out.message = reader.str(); break;
      case 12: reader.entry_into(out.labels); break;
      case 13: reader.entry_into(out.annotations); break;
      case 14: take_mount(reader.message(), out.mounts); break;
      case 15: out.log_path = reader.str(); break;
      default: break;
    }
  return out;
}

Image decode_image(WireReader reader) {
  Image out;
  while (reader.next()) switch (reader.field()) {
      case 1: out.id = reader.str(); break;
      case 2: out.repo_tags.push_back(reader.str()); break;
      case 3: out.repo_digests.push_back(reader.str()); break;
      case 4: out.size = static_cast<uint64_t>(reader.number()); break;
      case 5: out.uid = first_number(reader.message()); break;
      case 6: out.user_name = reader.str(); break;
      case 8: out.pinned = reader.flag(); break;
      default: break;
    }
  return out;
}

Condition decode_condition(WireReader reader) {
  Condition out;
  while (reader.next()) switch (reader.field()) {
      case 1: out.type = reader.str(); break;
      case 2: out.status = reader.flag(); break;
      case 3: out.reason = reader.str(); break;
      case 4: out.message = reader.str(); break;
      default: break;
    }
  return out;
}

}  // namespace proa::node::cri
