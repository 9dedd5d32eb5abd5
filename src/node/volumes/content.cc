#include "node/volumes/content.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "object/meta.h"

namespace proa::node {

using object::Document;
using object::Key;
using object::View;

namespace {

constexpr int kUsualMode = 0644;

int mode_of(View item, int otherwise) {
  return item["mode"].is_int() ? static_cast<int>(item["mode"].as_int()) : otherwise;
}

void note(std::vector<Reference>& out, Reference::Kind kind, std::string name, bool optional) {
  for (Reference& each : out)
    if (each.kind == kind && each.name == name) {
      each.optional = each.optional && optional;
      return;
    }
  out.push_back({kind, std::move(name), optional});
}

/// `a//b` and `./a` as the paths that they mean.
std::string clean(const std::string& path) { return std::filesystem::path(path).lexically_normal().string(); }

/// What is wrong with each source; several are told together, each once: `[a, b]`.
struct Complaints {
  std::vector<std::string> messages;

  void add(const Status& why) {
    if (std::ranges::find(messages, why.message) == messages.end()) messages.push_back(why.message);
  }
  Result<void> result() const {
    if (messages.empty()) return {};
    if (messages.size() == 1) return Error(base::bad_request(messages.front()));
    return Error(base::bad_request(fmt::format("[{}]", fmt::join(messages, ", "))));
  }
};

struct Collector {
  View pod;
  const ContentFacts& facts;
  VolumeFiles files;

  /// Keys of a ConfigMap or Secret: those named in `items`, or all.
  Result<void> take_keys(View source, const std::string& name, bool secret, int mode) {
    const auto& all = secret ? facts.env.references.secrets : facts.env.references.config_maps;
    const bool optional = source["optional"].as_bool();
    const auto at = all.find(name);
    if (at == all.end()) {
      if (optional) return {};
      return Error(base::not_found({"", secret ? "secret" : "configmap"}, name));
    }
    const Document& object = at->second;
    const auto put = [&](View value, bool encoded, const std::string& path, int file_mode) {
      files[clean(path)] = {encoded ? secret_bytes(value) : value.str(), file_mode};
    };
    if (source["items"].empty()) {
      for (auto [key, value] : object["data"].members()) put(value, secret, std::string(key), mode);
      for (auto [key, value] : object["binaryData"].members()) put(value, true, std::string(key), mode);
      return {};
    }
    for (View item : source["items"].items()) {
      const std::string key = item["key"].str();
      const View text = object["data"][Key(key)], binary = object["binaryData"][Key(key)];
      if (!text.exists() && !binary.exists()) {
        if (optional) continue;
        return Error(base::bad_request(secret ? fmt::format("references non-existent secret key: {}", key)
                                              : fmt::format("configmap references non-existent config key: {}", key)));
      }
      put(text.exists() ? text : binary, secret || !text.exists(), item["path"].str(), mode_of(item, mode));
    }
    return {};
  }

  Result<void> take_downward(View source, int mode) {
    Complaints complaints;
    for (View item : source["items"].items()) {
      Result<std::string> value = std::string();
      if (item["fieldRef"].exists())
        value = field_value(pod, item["fieldRef"]["fieldPath"].as_string(), facts.env.pod_ip, facts.env.host_ip);
      else
        value = resource_value(pod, {}, item["resourceFieldRef"], facts.env);
      if (value)
        files[clean(item["path"].str())] = {*value, mode_of(item, mode)};
      else
        complaints.add(value.error());
    }
    return complaints.result();
  }

  Result<void> take_projected(View sources, int mode) {
    Complaints complaints;
    for (View source : sources.items()) {
      Result<void> taken;
      if (const View map = source["configMap"]; map.exists()) taken = take_keys(map, map["name"].str(), false, mode);
      if (const View map = source["secret"]; map.exists()) taken = take_keys(map, map["name"].str(), true, mode);
      if (source["downwardAPI"].exists()) taken = take_downward(source["downwardAPI"], mode);
      if (const View wanted = source["serviceAccountToken"]; wanted.exists()) {
        const TokenSource key{wanted["audience"].str(), wanted["expirationSeconds"].as_int(3600)};
        const auto at = facts.tokens.find(key);
        if (at == facts.tokens.end()) return Error(base::internal_error("no token was issued for the volume"));
        // Private to the pod's user unless the pod shares it by group, as upstream.
        const bool shared = pod["spec"]["securityContext"]["fsGroup"].exists();
        files[clean(wanted["path"].str())] = {at->second, shared ? 0640 : mode & ~0111};
      }
      if (!taken) complaints.add(taken.error());
    }
    return complaints.result();
  }
};

}  // namespace

bool has_content(View volume) {
  return volume["configMap"].exists() || volume["secret"].exists() || volume["downwardAPI"].exists() ||
         volume["projected"].exists();
}

bool is_confidential(View volume) { return has_content(volume) && !volume["configMap"].exists(); }

bool shows_metadata(View pod) {
  for (View volume : pod["spec"]["volumes"].items()) {
    if (volume["downwardAPI"].exists()) return true;
    for (View source : volume["projected"]["sources"].items())
      if (source["downwardAPI"].exists()) return true;
  }
  return false;
}

std::vector<Reference> volume_references(View volume) {
  std::vector<Reference> out;
  const auto add = [&](View source, Reference::Kind kind, const char* name) {
    if (source.exists()) note(out, kind, source[Key(std::string_view(name))].str(), source["optional"].as_bool());
  };
  add(volume["configMap"], Reference::Kind::kConfigMap, "name");
  add(volume["secret"], Reference::Kind::kSecret, "secretName");
  for (View source : volume["projected"]["sources"].items()) {
    add(source["configMap"], Reference::Kind::kConfigMap, "name");
    add(source["secret"], Reference::Kind::kSecret, "name");
  }
  return out;
}

std::vector<TokenSource> volume_tokens(View volume) {
  std::vector<TokenSource> out;
  for (View source : volume["projected"]["sources"].items())
    if (const View wanted = source["serviceAccountToken"]; wanted.exists())
      out.push_back({wanted["audience"].str(), wanted["expirationSeconds"].as_int(3600)});
  return out;
}

Result<VolumeFiles> volume_content(View pod, View volume, const ContentFacts& facts) {
  Collector collector{pod, facts, {}};
  Result<void> taken;
  const auto mode = [](View source) {
    return source["defaultMode"].is_int() ? static_cast<int>(source["defaultMode"].as_int()) : kUsualMode;
  };
  if (const View map = volume["configMap"]; map.exists())
    taken = collector.take_keys(map, map["name"].str(), false, mode(map));
  else if (const View secret = volume["secret"]; secret.exists())
    taken = collector.take_keys(secret, secret["secretName"].str(), true, mode(secret));
  else if (const View downward = volume["downwardAPI"]; downward.exists())
    taken = collector.take_downward(downward, mode(downward));
  else
    taken = collector.take_projected(volume["projected"]["sources"], mode(volume["projected"]));
  if (!taken) return Error(taken.error());
  return std::move(collector.files);
}

}  // namespace proa::node
