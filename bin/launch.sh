# Starts $main_class of the module in folder $module, named $artifact in its pom.xml, with the arguments it was given;
# builds the module and what it depends on when that is missing or older than its sources. Sourced by graft and
# graft-bench, which set the three names, $root, the project's folder, and $archiver, the class that loads all others for an
# archive of them, empty where short starts do not matter.
#
# GRAFT_JAVA_OPTS   more options for the Java virtual machine, after Graft's own
# GRAFT_MAVEN_ARGS  more arguments for the build; -Pmkl and -Pcuda choose the profiles of pom.xml

. "$root/bin/find-jdk.sh"

target=$root/$module/target
# Left by a build: its date is when the build began, its first line says where and how that was, its second is the class
# path. Maven's own classpath.txt is not read here, because any later ./mvnw may write it for other profiles.
built=$target/launch.txt
built_how="$root ${GRAFT_MAVEN_ARGS:-}"

# Sets class_path as the last build left it; fails when that build was made elsewhere or in another way.
read_class_path() {
  [ -f "$built" ] || return 1
  {
    IFS= read -r how && IFS= read -r class_path
  } <"$built" && [ "$how" = "$built_how" ]
}

# Whether the last build can be used: every jar is there, and no source is newer.
is_built() {
  read_class_path || return 1
  old_ifs=$IFS
  IFS=:
  for jar in $class_path; do
    [ -f "$jar" ] || { IFS=$old_ifs && return 1; }
  done
  IFS=$old_ifs
  newer=$(find "$root/pom.xml" "$root/.mvn" "$root"/*/pom.xml "$root"/*/src/main -newer "$built" -print | head -n 1)
  [ -z "$newer" ]
}

# Packages the module without tests and format check. What Maven says is shown only when it fails.
build() {
  if [ -f "$built" ]; then
    echo 'Building Graft: its sources or settings have changed ...' >&2
  else
    echo 'Building Graft: the first time, its libraries are downloaded, which takes a few minutes ...' >&2
  fi
  mkdir -p "$target"
  # Dated before the build begins, so that a source saved while it runs counts as newer.
  begun=$built.$$
  : >"$begun"
  # The profiles are several words on purpose.
  # shellcheck disable=SC2086
  if ! build_output=$(cd "$root" && ./mvnw -q -B -Dstyle.color=never -DskipTests -Dspotless.check.skip \
    ${GRAFT_MAVEN_ARGS:-} -pl ":$artifact" -am package 2>&1); then
    rm -f "$begun"
    printf '%s\n' "$build_output" >&2
    echo "Graft could not be built with JDK $jdk_major in $JAVA_HOME; Maven's output is above." >&2
    exit 1
  fi
  class_path=$target/$artifact.jar:$(cat "$target/classpath.txt")
  printf '%s\n%s\n' "$built_how" "$class_path" >"$begun.done"
  touch -r "$begun" "$begun.done"
  mv -f "$begun.done" "$built"
  rm -f "$begun" "$target"/classes-*.jsa*
}

if ! is_built; then
  if command -v flock >/dev/null; then
    # Of two starts at once, one builds and the other waits for it.
    mkdir -p "$root/target"
    exec 9>"$root/target/launch.lock"
    flock 9
    is_built || build
    exec 9>&-
  else
    build
  fi
fi

# The classes as Java has them in memory, for shorter starts: made once after a build for each JDK, since no other can use them.
# Where Java cannot make an archive, it leaves no file and often no error; an empty one tells the next start not to try again.
archive=
if [ -n "$archiver" ]; then
  archive=$target/classes-$(cksum <"$JAVA_HOME/release" | tr -d ' ').jsa
  if [ ! -e "$archive" ] && [ -w "$target" ]; then
    trap 'rm -f "$archive.$$" && exit 130' HUP INT TERM
    # Flags are several words on purpose.
    # shellcheck disable=SC2086
    "$JAVA_HOME/bin/java" $jdk_flags -XX:+UseSerialGC -XX:ArchiveClassesAtExit="$archive.$$" \
      -cp "$class_path" "$archiver" >/dev/null 2>&1 || rm -f "$archive.$$"
    { touch "$archive.$$" && mv -f "$archive.$$" "$archive"; } 2>/dev/null || true
    trap - HUP INT TERM
  fi
  [ -s "$archive" ] || archive=
fi

# The natives of MKL are on the class path only when the build was asked for them.
case $class_path in
  */org/bytedeco/mkl/*) blas=-Dorg.bytedeco.openblas.load=mkl_rt ;;
  *) blas= ;;
esac

# oneDNN compiles a kernel for each shape of a product and keeps 1,024 of them, fewer than the lengths of real texts need: beyond that, each
# batch compiles anew what the last epoch had. A kernel takes up to 0.8 MB.
export ONEDNN_PRIMITIVE_CACHE_CAPACITY="${ONEDNN_PRIMITIVE_CACHE_CAPACITY:-4096}"
# libgomp spins between operations by default; beside any other busy thread that slows small operations ten-fold.
export GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-1000}"

# Without a UTF-8 locale, Java reads other letters in arguments and file names as question marks.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *[Uu][Tt][Ff]*8*) ;;
  *) export LC_ALL=C.UTF-8 ;;
esac

# What Java cannot tell by itself: which of the standard streams are a terminal, and how wide that is.
terminals=
for stream in 0 1 2; do
  [ ! -t "$stream" ] || terminals=$terminals$stream
done
columns=
case $terminals in
  *2*) columns=$(stty size 2>/dev/null <&2) && columns=${columns#* } ;;
esac

# Small heap, few threads: the tensors are native memory. JavaCPP's own limits would stop a program whose native memory
# reaches twice the heap. With an archive the JVM's log is off, since what it says of that would stand among the answers.
# Flags are several words on purpose.
# shellcheck disable=SC2086
exec "$JAVA_HOME/bin/java" $jdk_flags -XX:+UseSerialGC ${archive:+-Xlog:all=off:stdout "-XX:SharedArchiveFile=$archive"} \
  -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.logger=slf4j \
  "-Dgraft.command=$0" -Dgraft.terminals="$terminals" -Dgraft.columns="$columns" \
  $blas ${GRAFT_JAVA_OPTS:-} -cp "$class_path" "$main_class" "$@"
