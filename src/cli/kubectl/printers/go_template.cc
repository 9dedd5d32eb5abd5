// Rendering Go's templates, and the printer of -o go-template.
#include "cli/kubectl/printers/go_template.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/base64.h"
#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/printers/print_flags.h"
#include "object/go_text.h"

namespace proa::cli::kubectl {
namespace {

using Expression = TemplateExpression;
using Node = TemplateNode;
using object::Value;
using object::View;
using Variables = std::map<std::string, Value, std::less<>>;

bool is_true(View v) {
  switch (v.kind()) {
    case object::Kind::kBool: return v.as_bool();
    case object::Kind::kInt:
    case object::Kind::kDouble: return v.as_double() != 0;
    case object::Kind::kString: return !v.as_string().empty();
    default: return !v.empty();
  }
}

std::string text_of(View v) { return v.is_null() || !v.exists() ? "<no value>" : go_print(v); }

Try<int> compare(View a, View b) {
  if (a.is_string() && b.is_string()) return a.as_string().compare(b.as_string());
  if (a.is_string() || b.is_string()) return fail("incompatible types for comparison");
  return a.as_double() < b.as_double() ? -1 : a.as_double() > b.as_double() ? 1 : 0;
}

/// %s, %v, %d, %q, %t, %f with a width at most.
std::string formatted(View format, const std::vector<Value>& args) {
  std::string out;
  size_t next = 1;
  const std::string text = format.str();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 1 >= text.size()) {
      out += text[i];
      continue;
    }
    std::string width;
    for (++i; i < text.size() && (text[i] == '-' || (text[i] >= '0' && text[i] <= '9')); ++i) width += text[i];
    if (i >= text.size() || text[i] == '%') {
      out += '%';
      continue;
    }
    const View arg = next < args.size() ? View(args[next]) : View();
    ++next;
    std::string piece = text[i] == 'q' ? object::go_quoted(arg.as_string()) : text_of(arg);
    const bool left = width.starts_with('-');
    const size_t wanted = width.empty() ? 0 : static_cast<size_t>(std::abs(std::stol(width == "-" ? "0" : width)));
    if (piece.size() < wanted) piece.insert(left ? piece.size() : 0, wanted - piece.size(), ' ');
    out += piece;
  }
  return out;
}

Try<Value> index(const std::vector<Value>& args) {
  View at = args.empty() ? View() : View(args[0]);
  for (size_t i = 1; i < args.size(); ++i) {
    const View key = args[i];
    if (at.is_array()) {
      if (key.as_int() < 0 || static_cast<size_t>(key.as_int()) >= at.size())
        return fail(fmt::format("error calling index: reflect: slice index out of range"));
      at = at.at(static_cast<size_t>(key.as_int()));
    } else {
      at = at[key.as_string()];
    }
  }
  return at.to_value();
}

Try<Value> ordered(const std::string& name, const std::vector<Value>& args) {
  if (args.size() < 2) return fail(fmt::format("wrong number of args for {}", name));
  auto order = compare(args[0], args[1]);
  if (!order) return Failed(order.error());
  return Value(name == "lt" ? *order < 0 : name == "le" ? *order <= 0 : name == "gt" ? *order > 0 : *order >= 0);
}

Try<Value> call(const std::string& name, const std::vector<Value>& args) {
  const View first = args.empty() ? View() : View(args[0]);
  if (name == "index") return index(args);
  if (name == "len") return Value(first.is_string() ? first.as_string().size() : first.size());
  if (name == "not") return Value(!is_true(first));
  if (name == "printf") return Value(formatted(first, args));
  if (name == "eq")
    return Value(std::any_of(args.begin() + (args.empty() ? 0 : 1), args.end(),
                             [&](const Value& v) { return View(v) == first; }));
  if (name == "ne") return Value(args.size() < 2 || !(first == View(args[1])));
  if (name == "lt" || name == "le" || name == "gt" || name == "ge") return ordered(name, args);
  if (name == "and" || name == "or") {
    for (const Value& v : args)
      if (is_true(v) == (name == "or")) return v;
    return args.empty() ? Value() : args.back();
  }
  if (name == "exists") {
    auto found = index(args);
    return Value(found && !found->is_null());
  }
  if (name == "base64decode") {
    auto bytes = base::base64_decode(first.as_string());
    if (!bytes) return fail("error calling base64decode: illegal base64 data");
    return Value(*bytes);
  }
  if (name == "print" || name == "println" || name == "html" || name == "js") {
    std::string out;
    for (const Value& v : args) out += (out.empty() || name != "println" ? "" : " ") + text_of(v);
    return Value(out + (name == "println" ? "\n" : ""));
  }
  return fail(fmt::format("function \"{}\" not defined", name));
}

class Renderer {
 public:
  explicit Renderer(View root) { variables_["$"] = root.to_value(); }

  Try<void> nodes(const std::vector<Node>& list, View dot, std::string& out) {
    for (const Node& node : list)
      if (auto done = one(node, dot, out); !done) return done;
    return {};
  }

 private:
  Try<void> one(const Node& node, View dot, std::string& out) {
    if (node.kind == Node::Kind::kText) {
      out += node.text;
      return {};
    }
    auto value = evaluate(node.pipeline, dot, nullptr);
    if (!value) return Failed(value.error());
    if (node.kind == Node::Kind::kRange) return range(node, *value, dot, out);
    if (!node.variables.empty()) variables_[node.variables[0]] = *value;
    if (node.kind == Node::Kind::kAction) {
      if (node.variables.empty()) out += text_of(*value);
      return {};
    }
    if (!is_true(*value)) return nodes(node.otherwise, dot, out);
    return nodes(node.body, node.kind == Node::Kind::kWith ? View(*value) : dot, out);
  }

  Try<void> range(const Node& node, View over, View dot, std::string& out) {
    if (over.empty()) return nodes(node.otherwise, dot, out);
    std::vector<std::pair<Value, View>> items;
    int64_t number = 0;
    for (View item : over.items()) items.emplace_back(Value(number++), item);
    for (auto [name, item] : over.members()) items.emplace_back(Value(std::string(name)), item);
    if (over.is_object())
      std::sort(items.begin(), items.end(),
                [](const auto& a, const auto& b) { return View(a.first).as_string() < View(b.first).as_string(); });
    for (const auto& [key, item] : items) {
      if (node.variables.size() == 1) variables_[node.variables[0]] = item.to_value();
      if (node.variables.size() == 2)
        variables_[node.variables[0]] = key, variables_[node.variables[1]] = item.to_value();
      if (auto done = nodes(node.body, item, out); !done) return done;
    }
    return {};
  }

  Try<Value> evaluate(const Expression& e, View dot, const Value* piped) {
    Try<Value> base = dot.to_value();
    if (e.kind == Expression::Kind::kLiteral) base = e.literal;
    if (e.kind == Expression::Kind::kVariable) {
      const auto at = variables_.find(e.name);
      if (at == variables_.end()) return fail(fmt::format("undefined variable \"{}\"", e.name));
      base = at->second;
    }
    if (e.kind == Expression::Kind::kCall) {
      std::vector<Value> args;
      for (const auto& part : e.parts) {
        auto arg = evaluate(part, dot, nullptr);
        if (!arg) return arg;
        args.push_back(std::move(*arg));
      }
      if (piped != nullptr) args.push_back(*piped);
      base = call(e.name, args);
    }
    if (e.kind == Expression::Kind::kPipeline) {
      Value last;
      for (size_t i = 0; i < e.parts.size(); ++i) {
        auto value = evaluate(e.parts[i], dot, i > 0 ? &last : nullptr);
        if (!value) return value;
        last = std::move(*value);
      }
      base = std::move(last);
    }
    if (!base) return base;
    for (const auto& name : e.path) {
      const View member = View(*base)[name];
      Value next = member.to_value();
      base = std::move(next);
    }
    return base;
  }

  Variables variables_;
};

class TemplatePrinter final : public ObjectPrinter {
 public:
  TemplatePrinter(GoTemplate made, std::string text) : template_(std::move(made)), text_(std::move(text)) {}
  Try<std::string> print(View object) override {
    auto out = template_.render(object);
    if (out) return out;
    return fail(fmt::format("error executing template {}: template: output:1: executing \"output\": {}",
                            object::go_quoted(text_), out.error().message()));
  }

 private:
  GoTemplate template_;
  std::string text_;
};

}  // namespace

Try<std::string> GoTemplate::render(View data) const {
  std::string out;
  if (auto done = Renderer(data).nodes(nodes_, data, out); !done) return Failed(done.error());
  return out;
}

Try<std::unique_ptr<ObjectPrinter>> go_template_printer(const std::string& text, bool) {
  auto made = GoTemplate::parse(text);
  if (!made)
    return fail(fmt::format("error parsing template {}, template: output:1: {}", text, made.error().message()));
  return std::make_unique<TemplatePrinter>(std::move(*made), text);
}

}  // namespace proa::cli::kubectl
