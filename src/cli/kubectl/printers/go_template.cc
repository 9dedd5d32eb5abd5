// -o go-template: refused with words of our own, until there is an engine for Go's templates.
#include "cli/kubectl/printers/print_flags.h"

namespace proa::cli::kubectl {

Try<std::unique_ptr<ObjectPrinter>> go_template_printer(const std::string&, bool) {
  return fail("this client can't render Go templates: use -o jsonpath or -o custom-columns");
}

}  // namespace proa::cli::kubectl
