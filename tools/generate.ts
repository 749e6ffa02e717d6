import { generateCrds } from './generate-crds.ts';
import { generateDocs } from './generate-docs.ts';
import { generateRbac } from './generate-rbac.ts';
import { generateInstall, generateKustomization } from './render-manifests.ts';
import { generateRemoteCluster } from './render-remote-cluster.ts';

const chart = 'charts/support-coverage-operator';

process.chdir(new URL('..', import.meta.url).pathname);
generateCrds(['crds', `${chart}/generated/crds`]);
generateRbac(`${chart}/generated`);
generateDocs();
generateInstall('deploy/install.yaml');
generateKustomization('deploy/kustomization.yaml');
generateRemoteCluster('deploy/remote-cluster.yaml');
