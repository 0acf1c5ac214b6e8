#!/bin/sh
# Starts Tenfold out of its bundle, which brings everything but the NVIDIA driver. The folder may lie anywhere.
#   TENFOLD_JAVA_OPTIONS   further options for Java, such as -Xmx8g
set -eu
self=$0
case $self in */*) ;; *) self=$(command -v -- "$self") ;; esac
while [ -L "$self" ]; do
    link=$(readlink -- "$self")
    case $link in /*) self=$link ;; *) self=${self%/*}/$link ;; esac
done
home=$(CDPATH= cd -- "${self%/*}" && pwd -P)

# Native libraries are unpacked and new kernels are kept beside this script, or where temporary files go.
cache=$home/cache
if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then cache=${TMPDIR:-/tmp}/tenfold-bundle; fi
temporary=
if [ ! -w "${TMPDIR:-/tmp}" ]; then
    mkdir -p "$cache/tmp"
    temporary=-Djava.io.tmpdir=$cache/tmp
fi

# JavaCPP's bindings need the C++ library: the bundle's, where the system has none.
system=
for library in /usr/lib64/libstdc++.so.6 /usr/lib/libstdc++.so.6 /usr/lib/*-linux-gnu/libstdc++.so.6 /lib64/libstdc++.so.6 /lib/*-linux-gnu/libstdc++.so.6; do
    if [ -e "$library" ]; then system=$library; fi
done
if [ -z "$system" ]; then
    LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$home/native
    export LD_LIBRARY_PATH
fi

columns=
if [ -t 2 ]; then # progress bars go to stderr
    size=$(stty size < /dev/tty 2>/dev/null) || size=
    columns=${size##* }
    columns=${columns:-80}
fi

main=dev.tenfold.methods.cli.Main
classpath=$home/lib/*
case ${1:-} in
    bench) main=dev.tenfold.jmh.BenchMain; shift ;;
    selftest) main=dev.tenfold.methods.bundle.SelfTest; classpath=$classpath:$home/tests/*; shift ;;
    bundle) echo "tenfold: a bundle is made from the sources, not from a bundle." >&2; exit 2 ;;
esac
# shellcheck disable=SC2086 # the options are words
exec "$home/runtime/bin/java" @"$home/java.options" -Dtenfold.kernels="$home/kernels" -Dtenfold.cache="$cache" -Dorg.bytedeco.javacpp.cachedir="$cache" \
    ${temporary:+"$temporary"} ${columns:+-Dtenfold.columns="$columns"} ${TENFOLD_JAVA_OPTIONS:-} -cp "$classpath" $main "$@"
