#!/usr/bin/env bash
# What a dev-dependency on interlace, shuttle or loom costs to build from nothing.
#
# benches/cold_build.sh [ROUNDS]   the tools, each in a crate of its own that holds nothing else, and
#                                  the crates that interlace cannot do without, alone: the fastest of
#                                  some rounds (3), in which they take turns
# benches/cold_build.sh --crates   what interlace is made of, crate by crate
#
# `cargo test --no-run` with an empty target folder. Not incremental, as crates of a registry are
# built. Sources are fetched before. Seconds of one processor are those of rustc, linkers and build
# scripts together, and depend less than the others on what else the machine does.
set -euo pipefail

# As a wrapper of rustc: notes for which package, and the times of this shell and of rustc.
if [ -n "${COLD_BUILD_LOG:-}" ]; then
    status=0
    "$@" || status=$?
    { echo "${CARGO_PKG_NAME:-cargo}"; times; } >>"$COLD_BUILD_LOG/$$"
    exit "$status"
fi

script=$(realpath "$0")
here=$(dirname "$(dirname "$script")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$work/target" RUSTC_WRAPPER=""

# Makes a crate of this name with these dev-dependencies.
crate() {
    mkdir -p "$work/$1/src"
    : >"$work/$1/src/lib.rs"
    cat >"$work/$1/Cargo.toml" <<MANIFEST
[package]
name = "$1"
version = "0.0.0"
edition = "2024"
[dev-dependencies]
$2
[workspace]
MANIFEST
    cargo fetch --quiet --manifest-path "$work/$1/Cargo.toml"
}

# Builds the crate of this name, and prints seconds: wall, user, system.
build() {
    rm -rf "$CARGO_TARGET_DIR"
    TIMEFORMAT='%R %U %S'
    { time cargo test --quiet --offline --no-run --manifest-path "$work/$1/Cargo.toml" 2>"$work/errors"; } 2>&1 ||
        { cat "$work/errors" >&2; exit 1; }
}

crate interlace "interlace-explorer = { path = \"$here\" }"
if [ "${1:-}" = --crates ]; then
    export COLD_BUILD_LOG="$work/log" RUSTC_WRAPPER="$script"
    mkdir "$COLD_BUILD_LOG"
    build interlace >/dev/null
    awk '
        function seconds(time) { split(time, part, /[ms]/); return part[1] * 60 + part[2] }
        FNR % 3 == 1 { name = $1 }
        FNR % 3 == 0 { spent[name] += seconds($1) + seconds($2) }
        END { for (name in spent) printf "%6.2f  %s\n", spent[name], name }
    ' "$COLD_BUILD_LOG"/* | sort -rn
    exit
fi

crate with-proptest "interlace-explorer = { path = \"$here\", features = [\"proptest\"] }"
crate without-features "interlace-explorer = { path = \"$here\", default-features = false }"
# With the features that interlace takes, and syn as its macros do.
crate fixed-alone 'parking_lot = "0.12"
rayon = "1.12"
itertools = { version = "0.15", default-features = false, features = ["use_std"] }
proptest = { version = "1.12", default-features = false, features = ["std"] }
syn = { version = "3.0", default-features = false, features = ["full", "parsing", "printing", "proc-macro", "visit-mut"] }'
crate shuttle 'shuttle = "0.9"'
crate loom 'loom = "0.7"'
tools=(interlace with-proptest without-features fixed-alone shuttle loom)
for _ in $(seq "${1:-3}"); do
    for tool in "${tools[@]}"; do
        build "$tool" >>"$work/$tool.times"
    done
done
printf '%-18s %7s  %17s\n' "" "seconds" "of one processor"
for tool in "${tools[@]}"; do
    awk -v tool="$tool" '
        NR == 1 || $1 < wall { wall = $1 }
        NR == 1 || $2 + $3 < spent { spent = $2 + $3 }
        END { printf "%-18s %7.1f  %17.1f\n", tool, wall, spent }
    ' "$work/$tool.times"
done
