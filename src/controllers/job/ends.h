// Which ends of its pods a job has counted. Pure; any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "object/document.h"
#include "object/view.h"

namespace proa::controllers::job {

/// status.uncountedTerminatedPods: listed, so that they are counted even if nothing else of them is left.
struct Uncounted {
  explicit Uncounted(object::View job);
  std::set<std::string, std::less<>> succeeded, failed;
};

/// Pods that ended and are neither counted nor listed yet.
struct NewEnds {
  std::vector<object::Document> succeeded, failed;
};
NewEnds new_ends(object::View job, const std::vector<object::Document>& pods, const Uncounted& uncounted);

/// Still to be counted: tracked and, in an indexed job, of an index below its completions.
bool counts(object::View job, object::View pod);

}  // namespace proa::controllers::job
