# Finds a JDK that Graft can be built and run with. Sourced by mvnw, graft and graft-bench.
#
# Sets and exports JAVA_HOME, and sets jdk_major (its version) and jdk_flags (flags that keep that JDK from warning
# about native access). JAVA_HOME and PATH win when they are new enough; else the newest JDK in the usual folders.
# Exits with a message that says what to install when there is none.

jdk_least=21

# Sets jdk_found to the major version of the JDK in folder $1, or to 0 when it is no JDK (a JRE has no javac).
read_jdk_version() {
  jdk_found=0
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  while IFS='="' read -r jdk_key jdk_empty jdk_value jdk_rest; do
    if [ "$jdk_key" = JAVA_VERSION ]; then
      jdk_found=${jdk_value%%[!0-9]*}
      jdk_found=${jdk_found:-0}
    fi
  done <"$1/release"
}

# Sets jdk_home and jdk_major to folder $1 when it holds a JDK newer than the best one so far.
consider_jdk() {
  read_jdk_version "$1"
  if [ "$jdk_found" -ge "$jdk_least" ] && [ "$jdk_found" -gt "$jdk_major" ]; then
    jdk_home=$1
    jdk_major=$jdk_found
  fi
}

jdk_home=
jdk_major=0
if [ -n "${JAVA_HOME:-}" ]; then
  consider_jdk "$JAVA_HOME"
fi
if [ -z "$jdk_home" ] && jdk_javac=$(command -v javac) && jdk_javac=$(readlink -f "$jdk_javac"); then
  consider_jdk "${jdk_javac%/bin/javac}"
fi
if [ -z "$jdk_home" ]; then
  for jdk_folder in \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/lib/jvm/* /opt/* /opt/java/* /opt/jvm/* \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
    "${HOME:-}"/.local/share/mise/installs/java/* "${HOME:-}"/.asdf/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec; do
    consider_jdk "$jdk_folder"
  done
fi

if [ -z "$jdk_home" ]; then
  cat >&2 <<MESSAGE
Graft needs a JDK, version $jdk_least or newer, and found none: not in JAVA_HOME (${JAVA_HOME:-not set}), on the PATH,
in /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks, /Library/Java or Homebrew's folders.
Install one (Debian, Ubuntu: apt install openjdk-21-jdk-headless; Fedora: dnf install java-21-openjdk-devel;
macOS: brew install openjdk; elsewhere: Eclipse Temurin), or set JAVA_HOME to where yours is.
MESSAGE
  exit 1
fi

JAVA_HOME=$jdk_home
export JAVA_HOME

jdk_flags=--enable-native-access=ALL-UNNAMED
if [ "$jdk_major" -ge 23 ]; then
  # Older JDKs do not know this flag and would not start.
  jdk_flags="$jdk_flags --sun-misc-unsafe-memory-access=allow"
fi
