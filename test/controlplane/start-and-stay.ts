/** Starts a control plane, prints its directory and kubeconfig, and stays until it is ended: for trying things out, and for the test of that end. */
import { startControlPlane } from './controlplane.ts';

const cluster = await startControlPlane();
process.stdout.write(`${cluster.dir}\n${cluster.adminKubeconfig}\n`);
setInterval(() => undefined, 60_000); // the handle alone does not keep this process alive
