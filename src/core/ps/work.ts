/** What an emulated program does, as far as its name tells, when something can be done about it. */
export type Work = keyof typeof works;

/** Names of programs without version and prefix, and what to do so that they need not be emulated. */
const works = {
  compiler: {
    names:
      /^(?:gcc|g\+\+|cc|c\+\+|cc1|cc1plus|cc1obj|cpp|as|ld|ld\.(?:bfd|gold|lld)|lld|mold|collect2|lto1|lto-wrapper|clang|clang\+\+|gfortran|f951|ghc|swift-frontend|ocamlopt\S*)$/,
    advice:
      'Compilers give the same output wherever they run: cross-compile. In a Containerfile: FROM --platform=$BUILDPLATFORM for the stage that builds, with the compiler for {platform} (Debian: apt-get install {cross}).',
  },
  rust: {
    names: /^(?:rustc|cargo|build-script-build|rustdoc|clippy-driver)$/,
    advice:
      'Rust cross-compiles: a stage FROM --platform=$BUILDPLATFORM, then rustup target add {triple} and cargo build --target {triple}.',
  },
  go: {
    names: /^(?:go|compile|link|asm|cgo|vet)$/,
    advice:
      'Go cross-compiles by itself: a stage FROM --platform=$BUILDPLATFORM, then GOOS=linux GOARCH=$TARGETARCH go build.',
  },
  jvm: {
    names: /^(?:java|javac|kotlinc|scalac|mvn|gradle)$/,
    advice: 'Bytecode is the same for every platform: build it in a stage FROM --platform=$BUILDPLATFORM.',
  },
  javascript: {
    names: /^(?:node|nodejs|npm|npx|yarn|pnpm|esbuild|tsc|bun|deno)$/,
    advice:
      'Bundles of JavaScript are the same for every platform: build them in a stage FROM --platform=$BUILDPLATFORM; only native add-ons need {platform}.',
  },
  bytes: {
    names: /^(?:gzip|pigz|gunzip|xz|unxz|zstd|bzip2|tar|7z|zip|unzip|sha256sum|sha1sum|md5sum|mksquashfs)$/,
    advice:
      'It works on bytes, which are the same for every platform: do it in a stage FROM --platform=$BUILDPLATFORM, or on the host.',
  },
  packages: {
    names: /^(?:apt|apt-get|aptitude|dpkg|dpkg-deb|apk|dnf|dnf5|yum|rpm|zypper|pacman|pip|pip3)$/,
    advice:
      'Installing packages stays emulated. Do it seldom: in a base image of its own, or with a cache (RUN --mount=type=cache).',
  },
} as const;

/** Those whose output does not depend on where they run. */
export const compiling: ReadonlySet<Work | 'other'> = new Set(['compiler', 'rust', 'go'] as const);

/** What a program does, by the first word of its command. */
export function workOf([word = '', ...rest]: readonly string[]): Work | 'other' {
  const name = nameOf(word);
  const found = entries.find(([, { names }]) => names.test(name))?.[0] ?? 'other';
  // Names as common as these are Go's where Go's tools lie.
  if (found === 'go' && name !== 'go' && !word.includes('/pkg/tool/')) return 'other';
  // A script shows as what reads it.
  return found === 'other' && /^python[\d.]*$/.test(name) && /(?:^|\/)pip3?$/.test(rest[0] ?? '')
    ? 'packages'
    : found;
}

/** How a program is called, without directory, prefix of a cross compiler and version. */
export function nameOf(word: string): string {
  const base = word.slice(word.lastIndexOf('/') + 1).replace(/^-/, '');
  return base.replace(/^(?:[a-z0-9_]+-){1,3}(?=gcc|g\+\+|cpp|ld|as|clang)/, '').replace(/-[\d.]+$/, '');
}

/** What to do about a work, for a platform. */
export function adviceFor(work: Work | 'other', platform: string | null): string {
  const target = platform ?? 'its platform';
  if (work === 'other')
    return `If it exists for this host, run an image of the host's platform; else run it on a host of ${target}.`;
  const { debian, triple = 'TRIPLE' } = names[target] ?? {};
  const cross = debian === undefined ? 'a cross compiler' : `crossbuild-essential-${debian}`;
  return works[work].advice
    .replaceAll('{platform}', target)
    .replaceAll('{cross}', cross)
    .replaceAll('{triple}', triple);
}

const entries = Object.entries(works) as [Work, (typeof works)[Work]][];

/** Debian's names of ports and Rust's of targets. */
const names: Readonly<Record<string, { readonly debian?: string; readonly triple: string }>> = {
  'linux/amd64': { debian: 'amd64', triple: 'x86_64-unknown-linux-gnu' },
  'linux/386': { debian: 'i386', triple: 'i686-unknown-linux-gnu' },
  'linux/arm64': { debian: 'arm64', triple: 'aarch64-unknown-linux-gnu' },
  'linux/arm': { debian: 'armhf', triple: 'armv7-unknown-linux-gnueabihf' },
  'linux/riscv64': { debian: 'riscv64', triple: 'riscv64gc-unknown-linux-gnu' },
  'linux/ppc64le': { debian: 'ppc64el', triple: 'powerpc64le-unknown-linux-gnu' },
  'linux/s390x': { debian: 's390x', triple: 's390x-unknown-linux-gnu' },
  'linux/loong64': { debian: 'loong64', triple: 'loongarch64-unknown-linux-gnu' },
  'linux/mips64le': { debian: 'mips64el', triple: 'mips64el-unknown-linux-gnuabi64' },
};
