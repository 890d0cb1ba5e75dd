# Starts $main_class of the module in folder $module, named $artifact in its pom.xml, with the arguments it was given;
# builds the module and what it depends on when that is missing or older than its sources. Sourced by graft and
# graft-bench, which set the three names and $root, the project's folder.
#
# GRAFT_JAVA_OPTS   more options for the Java virtual machine, after Graft's own
# GRAFT_MAVEN_ARGS  more arguments for the build; -Pmkl and -Pcuda choose the profiles of pom.xml

. "$root/bin/find-jdk.sh"

target=$root/$module/target
# Made by a build: its date tells whether sources are newer, its text whether it was made here and in this way.
stamp=$target/launch.stamp
built_how="$root ${GRAFT_MAVEN_ARGS:-}"

# Sets class_path to this module's jar and what it needs, as the last build left it.
read_class_path() {
  IFS= read -r class_path <"$target/classpath.txt" || [ -n "$class_path" ] || return 1
  class_path=$target/$artifact.jar:$class_path
}

# Whether the last build can be used: every jar is there, it was built here in this way, and no source is newer.
is_built() {
  [ -f "$stamp" ] && IFS= read -r stamped <"$stamp" && [ "$stamped" = "$built_how" ] && read_class_path || return 1
  old_ifs=$IFS
  IFS=:
  for jar in $class_path; do
    [ -f "$jar" ] || { IFS=$old_ifs && return 1; }
  done
  IFS=$old_ifs
  newer=$(find "$root/pom.xml" "$root/.mvn" "$root"/*/pom.xml "$root"/*/src/main -newer "$stamp" -print | head -n 1)
  [ -z "$newer" ]
}

# Packages the module without tests and format check. What Maven says is shown only when it fails.
build() {
  if [ -f "$stamp" ]; then
    echo 'Building Graft: its sources have changed ...' >&2
  else
    echo 'Building Graft: the first start downloads its libraries and takes a few minutes ...' >&2
  fi
  mkdir -p "$target"
  # Dated before the build begins, so that a source saved while it runs counts as newer.
  echo "$built_how" >"$stamp.$$"
  # The profiles are several words on purpose.
  # shellcheck disable=SC2086
  if ! build_output=$(cd "$root" && ./mvnw -q -B -DskipTests -Dspotless.check.skip ${GRAFT_MAVEN_ARGS:-} \
    -pl ":$artifact" -am package 2>&1); then
    rm -f "$stamp.$$"
    printf '%s\n' "$build_output" >&2
    echo "Graft could not be built with JDK $jdk_major in $JAVA_HOME; Maven's output is above." >&2
    exit 1
  fi
  mv -f "$stamp.$$" "$stamp"
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
  read_class_path
fi

# The natives of MKL are on the class path only when the build was asked for them.
case $class_path in
  */org/bytedeco/mkl/*) blas=-Dorg.bytedeco.openblas.load=mkl_rt ;;
  *) blas= ;;
esac

# glibc otherwise keeps an arena of freed native memory for every thread.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"

# Small heap, few threads: the tensors are native memory. JavaCPP's own limits would stop a program whose native memory
# reaches twice the heap. Flags are several words on purpose.
# shellcheck disable=SC2086
exec "$JAVA_HOME/bin/java" $jdk_flags -XX:+UseSerialGC \
  -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.logger=slf4j \
  $blas ${GRAFT_JAVA_OPTS:-} -cp "$class_path" "$main_class" "$@"
