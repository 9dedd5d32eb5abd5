#include "cli/kubectl/tab_writer.h"

#include <gtest/gtest.h>

namespace proa::cli::kubectl {
namespace {

TEST(TabWriter, aligns_tables_as_get_prints_them) {
  EXPECT_EQ(aligned("NAME\tREADY\tAGE\nweb-1\t1/1\t5s\na\t0/1\t10m\n", kTableStyle),
            "NAME    READY   AGE\nweb-1   1/1     5s\na       0/1     10m\n");
}

TEST(TabWriter, starts_a_new_column_after_a_line_without_it) {
  EXPECT_EQ(aligned("Name:\tweb\nPod Template:\n  Labels:\tapp=web\n", kTextStyle),
            "Name:  web\nPod Template:\n  Labels:  app=web\n");
}

TEST(TabWriter, keeps_the_last_cell_out_of_columns) {
  EXPECT_EQ(aligned("a\tlong long text\nbb\tx\n", kTextStyle), "a   long long text\nbb  x\n");
}

TEST(TabWriter, counts_characters_and_not_bytes) {
  EXPECT_EQ(aligned("\xc3\xa9\tx\nab\ty\n", kTextStyle), "\xc3\xa9   x\nab  y\n");
}

TEST(TabWriter, never_narrows_columns_of_a_watch) {
  TabWriter writer(kTableStyle);
  writer.write("NAME\tSTATUS\tAGE\nlong-name-here\tRunning\t1s\n");
  EXPECT_EQ(writer.flush(), "NAME             STATUS    AGE\nlong-name-here   Running   1s\n");
  writer.write("a\tError\t2s\n");
  EXPECT_EQ(writer.flush(), "a                Error     2s\n");
  writer.forget_widths();
  writer.write("a\tError\t2s\n");
  EXPECT_EQ(writer.flush(), "a     Error   2s\n");
}

TEST(TabWriter, pads_empty_cells) { EXPECT_EQ(aligned("a\t\tb\nc\td\te\n", kTextStyle), "a     b\nc  d  e\n"); }

}  // namespace
}  // namespace proa::cli::kubectl
