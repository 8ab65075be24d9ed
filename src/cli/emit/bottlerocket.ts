import type { Config } from '../../core/config/config.ts';
import { configInput } from '../../core/config/input.ts';
import { repository } from '../../core/project.ts';
import { version } from '../../core/version.ts';

/**
 * User data of a Bottlerocket node, TOML: the keeper as a host container and as a bootstrap container. Both run an image
 * as it is and hand it their user data as a file, which so is the configuration in effect.
 */
export function bottlerocketUserData(config: Config): string {
  const data = Buffer.from(JSON.stringify(configInput(config))).toString('base64');
  const image = `${repository.replace('https://github.com', 'ghcr.io')}:${version}`;
  const userData = (kind: string): string => `/.bottlerocket/${kind}-containers/current/user-data`;
  return `# Settings of a Bottlerocket node. Take one of the two, or the bootstrap container beside the DaemonSet (docs/bottlerocket.md).
# Each runs an image of your own, which says what to run and where its configuration lies. Not tried on a node.

#   FROM ${image}
#   ENV BINFMT_KEEPER_CONFIG=${userData('host')}
#   CMD ["run"]
[settings.host-containers.binfmt-keeper]
enabled = true
superpowered = true
source = "REGISTRY/binfmt-keeper-host:${version}"
user-data = "${data}"

#   FROM ${image}
#   ENV BINFMT_KEEPER_CONFIG=${userData('bootstrap')}
#   CMD ["install"]
[settings.bootstrap-containers.binfmt-keeper]
source = "REGISTRY/binfmt-keeper-bootstrap:${version}"
mode = "always"
essential = false
user-data = "${data}"
`;
}
