// Containers and volumes, as pods and pod templates show them.
#pragma once

#include <string>

#include "cli/kubectl/describe/writer.h"

namespace proa::cli::kubectl {

/// Where containers are described: `space` is blank for pods, two blanks within a template. `pod` resolves
/// fieldRefs; absent in templates.
struct ContainersPlace {
  std::string_view label, space;
  object::View statuses, pod;
};

void describe_containers(DescribeWriter& w, object::View containers, const ContainersPlace& place);
void describe_volumes(DescribeWriter& w, object::View volumes, std::string_view space);
/// The one source of a volume, by the member that is set.
void describe_volume_source(DescribeWriter& w, object::View volume);
void describe_spread_constraints(DescribeWriter& w, object::View constraints, std::string_view space);
void describe_resources(DescribeWriter& w, object::View resources, int level);
void describe_pod_template(DescribeWriter& w, object::View pod_template);
/// The same, not aligned: as rollouts show it.
std::string pod_template_text(object::View pod_template);

}  // namespace proa::cli::kubectl
