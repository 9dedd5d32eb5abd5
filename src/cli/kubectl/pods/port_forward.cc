// kubectl port-forward: connections to local ports become WebSockets to a pod's, one each.
// Channels of v4.channel.k8s.io: 0 data, 1 errors; each begins with the port's number in two bytes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/pods/streams.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

struct Ports {
  int local = 0, remote = 0;
};

struct Listener {
  int socket = -1;
  Ports ports;
};

/// `8080:80`, `80`, `:80`; the remote port may have a name of the pod's or Service's.
Try<int> port_number(const std::string& word, View pod, View service) {
  auto number = parse_go_int(word, 64);
  if (service.exists()) {
    for (View port : service["spec"]["ports"].items()) {
      const bool same = number ? port["port"].as_int() == *number : port["name"].as_string() == word;
      if (!same) continue;
      const View target = port["targetPort"];
      if (target.is_int()) return static_cast<int>(target.as_int());
      return port_number(target.str(), pod, View());
    }
    return fail(number ? fmt::format("Service {} does not have a service port {}", object::name_of(service), *number)
                       : fmt::format("Service '{}' does not have a named port '{}'", object::name_of(service), word));
  }
  if (number) return static_cast<int>(*number);
  for (View container : pod["spec"]["containers"].items())
    for (View port : container["ports"].items())
      if (port["name"].as_string() == word) return static_cast<int>(port["containerPort"].as_int());
  return fail(fmt::format("Pod '{}' does not have a named port '{}'", object::name_of(pod), word));
}

Try<Ports> parse_ports(const std::string& word, View pod, View service) {
  const auto parts = split(word, ":");
  if (parts.size() > 2) return fail(fmt::format("invalid port format '{}'", word));
  auto remote = port_number(parts.back(), pod, service);
  if (!remote) return Failed(remote.error());
  Ports ports{*remote, *remote};
  // A single number is the local port as it stands, also where the Service maps it to another.
  const std::string& local = parts[0];
  if (parts.size() == 2 && local.empty()) {
    ports.local = 0;
  } else if (auto number = parse_go_int(local, 64)) {
    ports.local = static_cast<int>(*number);
  } else if (parts.size() == 2) {
    return fail(fmt::format("error parsing local port '{}': strconv.ParseUint: parsing {}: invalid syntax", local,
                            object::go_quoted(local)));
  }
  if (ports.remote == 0) return fail("remote port must be > 0");
  return ports;
}

/// Listens on one address; -1 when that can't be.
int listen_on(int family, const std::string& address, int& port) {
  const int socket_fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_fd < 0) return -1;
  const int yes = 1;
  setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (family == AF_INET) {
    auto* in = reinterpret_cast<sockaddr_in*>(&storage);
    in->sin_family = AF_INET;
    in->sin_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET, address.c_str(), &in->sin_addr);
    size = sizeof *in;
  } else {
    setsockopt(socket_fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    auto* in = reinterpret_cast<sockaddr_in6*>(&storage);
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET6, address.c_str(), &in->sin6_addr);
    size = sizeof *in;
  }
  if (bind(socket_fd, reinterpret_cast<sockaddr*>(&storage), size) != 0 || listen(socket_fd, 64) != 0) {
    close(socket_fd);
    return -1;
  }
  getsockname(socket_fd, reinterpret_cast<sockaddr*>(&storage), &size);
  port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in*>(&storage)->sin_port
                                 : reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port);
  return socket_fd;
}

class Forwarder {
 public:
  Forwarder(Session& session, Info pod) : session_(session), pod_(std::move(pod)) {}

  Try<void> open(const std::vector<Ports>& ports, const std::vector<std::string>& addresses);
  /// Until the process is ended.
  void serve();

 private:
  void connection(int client, const Ports& ports);
  void pump_out(int client, http::ClientSocket& remote);
  void say(const std::string& text) {
    const std::lock_guard lock(printing_);
    session_.err(text);
  }

  Session& session_;
  Info pod_;
  std::vector<Listener> listeners_;
  std::mutex printing_;
};

Try<void> Forwarder::open(const std::vector<Ports>& ports, const std::vector<std::string>& addresses) {
  for (Ports one : ports) {
    bool any = false;
    for (const auto& address : addresses) {
      const bool v6 = address.find(':') != std::string::npos;
      const int socket_fd = listen_on(v6 ? AF_INET6 : AF_INET, address, one.local);
      if (socket_fd < 0) continue;
      any = true;
      listeners_.push_back({socket_fd, one});
      session_.out(fmt::format("Forwarding from {}{}{}:{} -> {}\n", v6 ? "[" : "", address, v6 ? "]" : "", one.local,
                               one.remote));
    }
    if (!any) {
      session_.err(fmt::format(
          "Unable to listen on port {}: Listeners failed to create with the following errors: [unable to create "
          "listener: Error listen tcp4 {}:{}: bind: {}]\n",
          one.local, addresses[0], one.local, strerror(errno)));
      return fail(fmt::format("unable to listen on any of the requested ports: [{{{} {}}}]", one.local, one.remote));
    }
  }
  return {};
}

/// What the pod says, to the local connection; errors to stderr.
void Forwarder::pump_out(int client, http::ClientSocket& remote) {
  int opened = 0;  // the first message of each channel names the port
  for (;;) {
    auto message = remote.receive();
    if (!message || !message->open) break;
    if (message->data.empty()) continue;
    const std::string_view data = std::string_view(message->data).substr(1);
    if (opened < 2 && data.size() == 2) {
      ++opened;
      continue;
    }
    if (message->data[0] == 1) {
      say(fmt::format("E portforward: an error occurred forwarding: {}\n", data));
      break;
    }
    for (size_t sent = 0; sent < data.size();) {
      const ssize_t n = send(client, data.data() + sent, data.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return;
      sent += static_cast<size_t>(n);
    }
  }
  shutdown(client, SHUT_RDWR);
}

void Forwarder::connection(int client, const Ports& ports) {
  Api api(session_.api().options());
  const std::string path = pod_.mapping.path(pod_.name_space, pod_.name, "portforward");
  auto remote = api.websocket(target_of(path, {{"ports", std::to_string(ports.remote)}}), {"v4.channel.k8s.io"});
  if (!remote) {
    say("error: " + remote.error().message() + "\n");
    close(client);
    return;
  }
  std::thread reader([&] { pump_out(client, **remote); });
  char buffer[32768];
  for (ssize_t got; (got = recv(client, buffer, sizeof buffer, 0)) > 0;)
    if (!(*remote)->send_binary(std::string(1, 0).append(buffer, static_cast<size_t>(got)))) break;
  (*remote)->close();
  reader.join();
  close(client);
}

void Forwarder::serve() {
  std::vector<pollfd> ends;
  for (const auto& listener : listeners_) ends.push_back({listener.socket, POLLIN, 0});
  for (;;) {
    if (poll(ends.data(), ends.size(), -1) < 0) continue;
    for (size_t i = 0; i < ends.size(); ++i) {
      if ((ends[i].revents & POLLIN) == 0) continue;
      const int client = accept4(ends[i].fd, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      session_.out(fmt::format("Handling connection for {}\n", listeners_[i].ports.local));
      // Ends with its connection; the process ends by a signal, and takes all of them along.
      std::thread([this, client, ports = listeners_[i].ports] { connection(client, ports); }).detach();
    }
  }
}

Try<std::vector<std::string>> addresses_of(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const auto& word : words) {
    if (word == "localhost") {
      out.insert(out.end(), {"127.0.0.1", "::1"});
      continue;
    }
    in6_addr scratch;
    if (inet_pton(AF_INET, word.c_str(), &scratch) != 1 && inet_pton(AF_INET6, word.c_str(), &scratch) != 1)
      return fail(word + " is not a valid IP");
    out.push_back(word);
  }
  return out;
}

}  // namespace

Try<void> port_forward(Session& session) {
  std::vector<std::string> words;
  FlagSet flags = session.flags();
  flags.list("address", 0, &words);
  flags.ignored("pod-running-timeout");
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  if (args->size() < 2) return session.usage("TYPE/NAME and list of ports are required for port-forward");
  auto addresses = addresses_of(words.empty() ? std::vector<std::string>{"localhost"} : words);
  if (!addresses) return Failed(addresses.error());
  const std::string& target = (*args)[0];
  object::Value service;
  if (target.find('/') != std::string::npos) {
    Request request;
    request.args = {target};
    auto named = find(session, request);
    if (!named) return Failed(named.error());
    if (!named->failures.empty()) return Failed(Failure::all(std::move(named->failures)));
    if (named->infos[0].mapping.kind == "Service") service = std::move(named->infos[0].object);
  }
  auto chosen = choose_pod(session, {target}, 60'000, PodUse::kAttach);
  if (!chosen) return Failed(chosen.error());
  const View pod = chosen->pod.object;
  if (pod["status"]["phase"].as_string() != "Running")
    return fail(fmt::format("unable to forward port because pod is not running. Current status={}",
                            pod["status"]["phase"].as_string()));
  std::vector<Ports> ports;
  for (size_t i = 1; i < args->size(); ++i) {
    auto one = parse_ports((*args)[i], pod, service.is_object() ? View(service) : View());
    if (!one) return Failed(one.error());
    ports.push_back(*one);
  }
  Forwarder forwarder(session, chosen->pod);
  if (auto done = forwarder.open(ports, *addresses); !done) return done;
  forwarder.serve();
  return {};
}

}  // namespace proa::cli::kubectl
