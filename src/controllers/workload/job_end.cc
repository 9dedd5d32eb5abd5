#include "controllers/workload/job_end.h"

namespace proa::controllers {

using object::View;

View job_end(View job) {
  for (const View condition : job["status"]["conditions"].items()) {
    const std::string_view type = condition["type"].as_string();
    if ((type == "Complete" || type == "Failed") && condition["status"].as_string() == "True") return condition;
  }
  return {};
}

}  // namespace proa::controllers
