#include "cli/kubectl/failure.h"

#include <gtest/gtest.h>

namespace proa::cli::kubectl {
namespace {

TEST(Failure, own_words_get_a_prefix_once) {
  EXPECT_EQ(Failure::text("no such thing").for_user(), "error: no such thing\n");
  EXPECT_EQ(Failure::text("error: already there").for_user(), "error: already there\n");
}

TEST(Failure, the_servers_words_tell_the_reason) {
  EXPECT_EQ(Failure::of(base::not_found({"", "pods"}, "web")).for_user(),
            "Error from server (NotFound): pods \"web\" not found\n");
  EXPECT_EQ(Failure::of(base::unauthorized("Unauthorized")).for_user(),
            "error: You must be logged in to the server (Unauthorized)\n");
}

TEST(Failure, invalid_objects_list_their_causes_once) {
  const Status invalid = base::invalid("apps", "Deployment", "web",
                                       {{"FieldValueInvalid", "Invalid value: -1: must be positive", "spec.replicas"},
                                        {"FieldValueRequired", "Required value", "spec.selector"},
                                        {"FieldValueRequired", "Required value", "spec.selector"}});
  EXPECT_EQ(Failure::of(invalid).for_user(),
            "The Deployment \"web\" is invalid: \n* spec.replicas: Invalid value: -1: must be positive\n"
            "* spec.selector: Required value\n");
}

TEST(Failure, one_cause_stays_on_the_line) {
  const Status invalid = base::invalid("", "Pod", "web", {{"FieldValueRequired", "Required value", "spec.containers"}});
  EXPECT_EQ(Failure::of(invalid).for_user(), "The Pod \"web\" is invalid: spec.containers: Required value\n");
}

TEST(Failure, several_stand_on_lines_of_their_own) {
  const auto all = Failure::all({Failure::of(base::not_found({"", "pods"}, "a")), Failure::text("bad")});
  EXPECT_EQ(all.for_user(), "Error from server (NotFound): pods \"a\" not found\nbad\n");
  EXPECT_EQ(all.exit_code(), 1);
  EXPECT_EQ(Failure::all({all, Failure::text("c")}).for_user(), "[pods \"a\" not found, bad]\nc\n");
}

TEST(Failure, names_the_file_it_comes_from) {
  EXPECT_EQ(Failure::of(base::already_exists({"", "pods"}, "a")).at_source("creating", "a.yaml").for_user(),
            "Error from server (AlreadyExists): error when creating \"a.yaml\": pods \"a\" already exists\n");
  EXPECT_EQ(Failure::text("bad").at_source("creating", "").for_user(), "error: bad\n");
}

TEST(Failure, wrong_use_says_where_help_is) {
  EXPECT_EQ(Failure::usage("kubectl run", "NAME is required for run").for_user(),
            "error: NAME is required for run\nSee 'kubectl run -h' for help and examples\n");
}

}  // namespace
}  // namespace proa::cli::kubectl
