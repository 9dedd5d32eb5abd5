// Volumes by their source.
#include "cli/kubectl/describe/pod_template.h"
#include "object/quantity.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

/// `Title:\tvalue` lines under a volume, in the order given.
struct Line {
  std::string_view title;
  std::string value;
};

void lines(DescribeWriter& w, std::string_view type, std::initializer_list<Line> rest) {
  w.print(2, "Type:\t{}\n", type);
  for (const auto& line : rest) w.print(2, "{}:\t{}\n", line.title, line.value);
}

std::string flag(View value) { return value.as_bool() ? "true" : "false"; }
/// As Go prints a pointer to a bool: `<nil>` or an address in upstream, which shows the value when set.
std::string pointer(View value) { return value.exists() ? flag(value) : "<nil>"; }

void empty_dir(DescribeWriter& w, View v) {
  const auto limit = v["sizeLimit"].exists() ? object::Quantity::of_view(v["sizeLimit"]) : object::Quantity();
  lines(w, "EmptyDir (a temporary directory that shares a pod's lifetime)",
        {{"Medium", v["medium"].str()}, {"SizeLimit", limit && !limit->is_zero() ? limit->to_string() : "<unset>"}});
}

void projected(DescribeWriter& w, View v) {
  lines(w, "Projected (a volume that contains injected data from multiple sources)", {});
  for (View source : v["sources"].items()) {
    if (const View secret = source["secret"]; secret.exists()) {
      w.print(2, "SecretName:\t{}\n", secret["name"].as_string());
      w.print(2, "SecretOptionalName:\t{}\n", pointer(secret["optional"]));
    } else if (source["downwardAPI"].exists()) {
      w.write(2, "DownwardAPI:\ttrue\n");
    } else if (const View map = source["configMap"]; map.exists()) {
      w.print(2, "ConfigMapName:\t{}\n", map["name"].as_string());
      w.print(2, "ConfigMapOptional:\t{}\n", pointer(map["optional"]));
    } else if (const View token = source["serviceAccountToken"]; token.exists()) {
      w.print(2, "TokenExpirationSeconds:\t{}\n", token["expirationSeconds"].as_int());
    }
  }
}

void downward(DescribeWriter& w, View v) {
  lines(w, "DownwardAPI (a volume populated by information about the pod)", {});
  w.write(2, "Items:\n");
  for (View item : v["items"].items()) {
    if (item["fieldRef"].exists())
      w.print(3, "{} -> {}\n", item["fieldRef"]["fieldPath"].as_string(), item["path"].as_string());
    if (item["resourceFieldRef"].exists())
      w.print(3, "{} -> {}\n", item["resourceFieldRef"]["resource"].as_string(), item["path"].as_string());
  }
}

/// The claim that is made for the pod. Each cell of its labels stands four blanks in, as upstream writes them.
void ephemeral(DescribeWriter& w, View claim) {
  const View spec = claim["spec"], metadata = claim["metadata"];
  lines(w, "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
        {{"StorageClass", spec["storageClassName"].str()}, {"Volume", spec["volumeName"].str()}});
  for (const auto& [title, name] : {std::pair{"Labels", "labels"}, std::pair{"Annotations", "annotations"}}) {
    const bool labels = title == std::string_view("Labels");
    w.print(2, "{}:\t", title);
    if (metadata[std::string_view(name)].empty()) w.write(2, "<none>\n");
    bool first = true;
    for (const auto& [key, value] : by_name(metadata[std::string_view(name)])) {
      if (!std::exchange(first, false)) w.write(2, labels ? "    \t" : "\t");
      w.print(2, "{}{}{}\n", key, labels ? "=" : ": ", value.as_string());
    }
  }
  w.write(2, "Capacity:\t\n");
  w.write(2, "Access Modes:\t\n");
  if (spec["volumeMode"].exists()) w.print(2, "VolumeMode:\t{}\n", spec["volumeMode"].as_string());
}

void csi(DescribeWriter& w, View v) {
  lines(w, "CSI (a Container Storage Interface (CSI) volume source)",
        {{"Driver", v["driver"].str()}, {"FSType", v["fsType"].str()}, {"ReadOnly", flag(v["readOnly"])}});
  describe_labels_indented(w, "    ", "VolumeAttributes", "\t    ", v["volumeAttributes"]);
}

}  // namespace

void describe_volume_source(DescribeWriter& w, View volume) {
  if (const View v = volume["hostPath"]; v.exists())
    lines(w, "HostPath (bare host directory volume)",
          {{"Path", v["path"].str()}, {"HostPathType", v["type"].exists() ? v["type"].str() : "<none>"}});
  else if (const View dir = volume["emptyDir"]; dir.exists())
    empty_dir(w, dir);
  else if (const View secret = volume["secret"]; secret.exists())
    lines(w, "Secret (a volume populated by a Secret)",
          {{"SecretName", secret["secretName"].str()}, {"Optional", flag(secret["optional"])}});
  else if (const View map = volume["configMap"]; map.exists())
    lines(w, "ConfigMap (a volume populated by a ConfigMap)",
          {{"Name", map["name"].str()}, {"Optional", flag(map["optional"])}});
  else if (const View nfs = volume["nfs"]; nfs.exists())
    lines(w, "NFS (an NFS mount that lasts the lifetime of a pod)",
          {{"Server", nfs["server"].str()}, {"Path", nfs["path"].str()}, {"ReadOnly", flag(nfs["readOnly"])}});
  else if (const View claim = volume["persistentVolumeClaim"]; claim.exists())
    lines(w, "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
          {{"ClaimName", claim["claimName"].str()}, {"ReadOnly", flag(claim["readOnly"])}});
  else if (volume["downwardAPI"].exists())
    downward(w, volume["downwardAPI"]);
  else if (volume["projected"].exists())
    projected(w, volume["projected"]);
  else if (volume["csi"].exists())
    csi(w, volume["csi"]);
  else if (volume["ephemeral"].exists())
    ephemeral(w, volume["ephemeral"]["volumeClaimTemplate"]);
  else if (const View image = volume["image"]; image.exists())
    lines(w, "Image (a container image or OCI artifact)",
          {{"Reference", image["reference"].str()}, {"PullPolicy", image["pullPolicy"].str()}});
  else
    w.write(1, "<unknown>\n");
}

void describe_volumes(DescribeWriter& w, View volumes, std::string_view space) {
  w.print(0, "{}Volumes:{}\n", space, volumes.empty() ? "\t<none>" : "");
  for (View volume : volumes.items()) {
    w.print(1, "{}{}:\n", space.empty() ? "" : " ", volume["name"].as_string());
    describe_volume_source(w, volume);
  }
}

}  // namespace proa::cli::kubectl
