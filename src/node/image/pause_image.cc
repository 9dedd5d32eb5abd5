#include "node/image/pause_image.h"

#include <array>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "node/cri/wire.h"
#include "object/json.h"

namespace proa::node {

using cri::WireWriter;
using object::Value;

// The assembler copies the program's bytes into the read-only data.
__asm__(
    ".section .rodata\n"
    "proa_pause_begin:\n"
    ".incbin \"" PROA_PAUSE_PROGRAM
    "\"\n"
    "proa_pause_end:\n"
    ".byte 0\n"
    ".text\n");
extern "C" const char proa_pause_begin[] __attribute__((visibility("hidden")));
extern "C" const char proa_pause_end[] __attribute__((visibility("hidden")));

namespace {

constexpr size_t kTarBlock = 512;
constexpr runtime::DurationNs kTimeout = 30 * runtime::kSecond;

std::string digest_of(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr);
  std::string out = "sha256:";
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", hash[i]);
  return out;
}

/// A tar archive with one executable file, owned by root, dated 1970: the same bytes at every build.
std::string tar_of(const std::string& name, const std::string& content) {
  std::string header(kTarBlock, '\0');
  const auto put = [&](size_t at, const std::string& text) {
    std::memcpy(header.data() + at, text.data(), text.size());
  };
  put(0, name);
  put(100, "0000755");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", content.size()));
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, std::string("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  std::string out = header + content;
  out.resize((out.size() + kTarBlock - 1) / kTarBlock * kTarBlock + 2 * kTarBlock, '\0');
  return out;
}

Value descriptor(const Blob& blob) {
  return Value::object({{"mediaType", blob.media_type}, {"digest", blob.digest}, {"size", blob.bytes.size()}});
}

Blob make_blob(std::string media_type, std::string bytes) {
  Blob blob{std::move(media_type), {}, std::move(bytes), {}};
  blob.digest = digest_of(blob.bytes);
  return blob;
}

/// Stores one blob after the other, then the name.
struct Import : std::enable_shared_from_this<Import> {
  cri::GrpcChannel& channel;
  std::vector<Blob> blobs;
  std::string name;
  std::function<void(Result<void>)> done;
  size_t next = 0;

  Import(cri::GrpcChannel& c, std::vector<Blob> b, std::string n, std::function<void(Result<void>)> d)
      : channel(c), blobs(std::move(b)), name(std::move(n)), done(std::move(d)) {}

  void step() {
    if (next == blobs.size()) return put_name("Create");
    const Blob& blob = blobs[next++];
    constexpr int kCommit = 2;
    WireWriter request;
    request.number(1, kCommit).text(2, "proa-" + blob.digest).number(3, static_cast<int64_t>(blob.bytes.size()));
    request.text(4, blob.digest).text(6, blob.bytes);
    std::map<std::string, std::string> labels(blob.labels.begin(), blob.labels.end());
    labels["containerd.io/gc.root"] = "proa";  // else the collector may take it before the image names it
    request.map(7, labels);
    channel.call("/containerd.services.content.v1.Content/Write", request.bytes(), kTimeout,
                 [self = shared_from_this()](Result<std::string> answer) {
                   if (!answer && !answer.error().is("AlreadyExists")) return self->done(Error(answer.error()));
                   self->step();
                 });
  }

  void put_name(const std::string& verb) {
    const Blob& manifest = blobs.back();
    WireWriter target, image;
    target.text(1, manifest.media_type).text(2, manifest.digest).number(3, static_cast<int64_t>(manifest.bytes.size()));
    image.text(1, name).message(3, target);
    channel.call("/containerd.services.images.v1.Images/" + verb, WireWriter().message(1, image).bytes(), kTimeout,
                 [self = shared_from_this(), verb](Result<std::string> answer) {
                   if (answer) return self->done({});
                   if (verb == "Create" && answer.error().is("AlreadyExists")) return self->put_name("Update");
                   self->done(Error(answer.error()));
                 });
  }
};

}  // namespace

std::vector<Blob> single_file_image(const std::string& path_in_image, const std::string& program,
                                    const std::string& architecture) {
  Blob layer = make_blob("application/vnd.oci.image.layer.v1.tar", tar_of(path_in_image, program));
  const Value settings = Value::object({{"Entrypoint", Value::array({"/" + path_in_image})}});
  const Value rootfs = Value::object({{"type", "layers"}, {"diff_ids", Value::array({layer.digest})}});
  const Value about =
      Value::object({{"architecture", architecture}, {"os", "linux"}, {"config", settings}, {"rootfs", rootfs}});
  Blob config = make_blob("application/vnd.oci.image.config.v1+json", object::to_json(about));
  const std::string manifest_type = "application/vnd.oci.image.manifest.v1+json";
  const Value manifest_json = Value::object({{"schemaVersion", 2},
                                             {"mediaType", manifest_type},
                                             {"config", descriptor(config)},
                                             {"layers", Value::array({descriptor(layer)})}});
  Blob manifest = make_blob(manifest_type, object::to_json(manifest_json));
  manifest.labels = {{"containerd.io/gc.ref.content.config", config.digest},
                     {"containerd.io/gc.ref.content.l.0", layer.digest}};
  std::vector<Blob> out;
  out.push_back(std::move(layer));
  out.push_back(std::move(config));
  out.push_back(std::move(manifest));
  return out;
}

std::string pause_program() { return {proa_pause_begin, static_cast<size_t>(proa_pause_end - proa_pause_begin)}; }

void import_image(cri::GrpcChannel& channel, std::vector<Blob> blobs, std::string name,
                  std::function<void(Result<void>)> done) {
  std::make_shared<Import>(channel, std::move(blobs), std::move(name), std::move(done))->step();
}

}  // namespace proa::node
