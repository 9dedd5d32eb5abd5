// Go's text/template, as much of it as -o go-template needs: fields, variables, pipelines, if, with, range, and the
// functions index, len, print, printf, println, eq, ne, lt, le, gt, ge, and, or, not, exists, base64decode.
// Source: Go's text/template, and k8s.io/cli-runtime pkg/printers (the last two functions).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/kubectl/failure.h"
#include "object/value.h"

namespace proa::cli::kubectl {

/// A word of a pipeline: an operand, a function with its arguments, or a parenthesis.
struct TemplateExpression {
  enum class Kind { kField, kVariable, kLiteral, kCall, kPipeline };
  Kind kind = Kind::kField;
  std::string name;               // of a variable or function
  std::vector<std::string> path;  // members that follow
  object::Value literal;
  std::vector<TemplateExpression> parts;  // arguments, or the commands of a pipeline
};

struct TemplateNode {
  enum class Kind { kText, kAction, kIf, kRange, kWith };
  Kind kind = Kind::kText;
  std::string text;
  std::vector<std::string> variables;  // declared by `$x :=` or `$i, $x :=`
  TemplateExpression pipeline;
  std::vector<TemplateNode> body, otherwise;
};

class GoTemplate {
 public:
  static Try<GoTemplate> parse(std::string_view text);
  Try<std::string> render(object::View data) const;

 private:
  std::vector<TemplateNode> nodes_;
};

}  // namespace proa::cli::kubectl
