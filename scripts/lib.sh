# Shared by the scripts beside it: `source "$(dirname "$0")/lib.sh"`. Puts the caller, whose file is
# $self, at the top of the checkout.
self=$(realpath "$0")
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' dim='' red='' plain=''
fi

die() { # message: one line that says what is wrong and what to do
  echo "${red}$*${plain}" >&2
  exit 1
}

# A stage that can't run here says why and ends so; the test runner counts it as skipped.
skip() {
  echo "skipped: $*"
  exit 77
}

seconds_since() { # nanoseconds of a start
  awk -v a="$1" -v b="$(date +%s%N)" 'BEGIN {printf "%.1f", (b - a) / 1e9}'
}
