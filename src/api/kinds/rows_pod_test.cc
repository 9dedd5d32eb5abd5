// What `kubectl get pods` shows of a pod in each state: ready, status, restarts.
#include <gtest/gtest.h>

#include "api/kinds/rows.h"
#include "object/json.h"

namespace proa::api::rows {
namespace {

struct State {
  const char* name;
  bool sidecar;  // the first init container stays
  std::string_view status, shown;
};

class PodStates : public testing::TestWithParam<State> {};

std::string shown(const State& state) {
  const std::string first = state.sidecar ? R"({"name":"i1","restartPolicy":"Always"})" : R"({"name":"i1"})";
  const auto pod_of_state = object::parse_json(
      R"({"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c"},{"name":"d"}],"initContainers":[)" +
      first + R"(,{"name":"i2"}],"readinessGates":[{"conditionType":"a.b/g"},{"conditionType":"a.b/h"}]},"status":)" +
      std::string(state.status) + "}");
  EXPECT_TRUE(pod_of_state.has_value()) << state.status;
  Cells cells;
  pod(*pod_of_state, *object::parse_time("2026-01-01T00:00:00Z"), cells);
  const std::string restarts = object::View(cells[3]).str();
  return object::View(cells[1]).str() + "|" + object::View(cells[2]).str() + "|" +
         restarts.substr(0, restarts.find(" ("));
}

TEST_P(PodStates, are_told_as_upstream_tells_them) { EXPECT_EQ(shown(GetParam()), GetParam().shown); }

const State kStates[] = {
    {"gated", false,
     R"({"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]})",
     "0/2|SchedulingGated|0"},
    {"unschedulable", false,
     R"({"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable"}]})",
     "0/2|Pending|0"},
    {"evicted", false, R"({"phase":"Failed","reason":"Evicted"})", "0/2|Evicted|0"},
    {"node_lost", false,
     R"({"phase":"Running","reason":"NodeLost","containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}}}]})",
     "1/2|NodeLost|0"},
    {"image_pull", false,
     R"({"phase":"Pending","containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff"}}}]})",
     "0/2|ImagePullBackOff|0"},
    {"crash_loop", false,
     R"({"phase":"Running","containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","reason":"Error"}}}]})",
     "0/2|CrashLoopBackOff|3"},
    {"completed", false,
     R"({"phase":"Succeeded","containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","reason":"Completed"}}}]})",
     "0/2|Completed|0"},
    {"killed_by_signal", false,
     R"({"phase":"Failed","containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":137,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","signal":9}}}]})",
     "0/2|Signal:9|0"},
    {"exit_code", false,
     R"({"phase":"Failed","containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":3,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}}]})",
     "0/2|ExitCode:3|0"},
    {"out_of_memory", false,
     R"({"phase":"Failed","containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":137,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","reason":"OOMKilled"}}}]})",
     "0/2|OOMKilled|0"},
    {"completed_beside_a_ready_one", false,
     R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","reason":"Completed"}}},{"name":"d","image":"i","imageID":"x","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}}}]})",
     "1/2|Running|0"},
    {"completed_beside_one_that_runs", false,
     R"({"phase":"Running","conditions":[{"type":"Ready","status":"False"}],"containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","reason":"Completed"}}},{"name":"d","image":"i","imageID":"x","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}}}]})",
     "1/2|NotReady|0"},
    {"completed_beside_one_that_is_not_ready", false,
     R"({"phase":"Running","containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","reason":"Completed"}}},{"name":"d","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}}}]})",
     "0/2|Completed|0"},
    {"second_init_container", false,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}},{"name":"i2","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"waiting":{"reason":"PodInitializing"}}}],"containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"waiting":{"reason":"PodInitializing"}}}]})",
     "0/2|Init:1/2|0"},
    {"second_init_container_beside_a_sidecar", true,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":true,"restartCount":0,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}},"started":true},{"name":"i2","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"waiting":{"reason":"PodInitializing"}}}],"containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"waiting":{"reason":"PodInitializing"}}}]})",
     "0/3|Init:1/2|0"},
    {"first_init_container", false,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}}},{"name":"i2","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"waiting":{"reason":"PodInitializing"}}}]})",
     "0/2|Init:0/2|0"},
    {"first_init_container_beside_a_sidecar", true,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}},"started":true},{"name":"i2","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"waiting":{"reason":"PodInitializing"}}}]})",
     "1/3|Init:1/2|0"},
    {"init_crash_loop", false,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":false,"restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}}]})",
     "0/2|Init:CrashLoopBackOff|2"},
    {"init_crash_loop_beside_a_sidecar", true,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":true,"restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}},"started":true}]})",
     "1/3|Pending|2"},
    {"init_error", false,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":false,"restartCount":2,"state":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","reason":"Error"}}}]})",
     "0/2|Init:Error|2"},
    {"init_error_beside_a_sidecar", true,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":true,"restartCount":2,"state":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","reason":"Error"}},"started":true}]})",
     "1/3|Pending|2"},
    {"init_exit_code", false,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}}]})",
     "0/2|Init:ExitCode:1|0"},
    {"init_exit_code_beside_a_sidecar", true,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":true,"restartCount":0,"state":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}},"started":true}]})",
     "1/3|Pending|0"},
    {"init_signal", false,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":false,"restartCount":0,"state":{"terminated":{"exitCode":137,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","signal":9}}}]})",
     "0/2|Init:Signal:9|0"},
    {"init_signal_beside_a_sidecar", true,
     R"({"phase":"Pending","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":true,"restartCount":0,"state":{"terminated":{"exitCode":137,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x","signal":9}},"started":true}]})",
     "1/3|Pending|0"},
    {"restarts_of_all", false,
     R"({"phase":"Running","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":false,"restartCount":1,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}},{"name":"i2","image":"i","imageID":"x","ready":false,"restartCount":2,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}},"lastState":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}}],"containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":true,"restartCount":1,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}},"lastState":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}}]})",
     "1/2|Running|1"},
    {"restarts_of_all_beside_a_sidecar", true,
     R"({"phase":"Running","initContainerStatuses":[{"name":"i1","image":"i","imageID":"x","ready":true,"restartCount":1,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}},"started":true},{"name":"i2","image":"i","imageID":"x","ready":false,"restartCount":2,"state":{"terminated":{"exitCode":0,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}},"lastState":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}}],"containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":true,"restartCount":1,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}},"lastState":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}}]})",
     "1/3|Running|2"},
    {"one_of_two_containers", false,
     R"({"phase":"Running","podIP":"10.1.2.3","podIPs":[{"ip":"10.1.2.3"}],"conditions":[{"type":"a.b/g","status":"True"}],"containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}}}]})",
     "1/2|Running|0"},
    {"unknown", false, R"({"phase":"Unknown"})", "0/2|Unknown|0"},
    {"restarted", false,
     R"({"phase":"Running","containerStatuses":[{"name":"c","image":"i","imageID":"x","ready":true,"restartCount":5,"state":{"running":{"startedAt":"2024-01-01T00:00:00Z"}},"lastState":{"terminated":{"exitCode":1,"startedAt":"2024-01-01T00:00:00Z","finishedAt":"2024-01-01T00:00:00Z","containerID":"x"}}}]})",
     "1/2|Running|5"},
};

INSTANTIATE_TEST_SUITE_P(All, PodStates, testing::ValuesIn(kStates),
                         [](const auto& state) { return std::string(state.param.name); });

}  // namespace
}  // namespace proa::api::rows
