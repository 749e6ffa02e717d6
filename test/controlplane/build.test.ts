import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';

const script = fileURLToPath(new URL('./build.ts', import.meta.url));

describe('make controlplane', () => {
  it('says which Go is needed when there is none', async () => {
    const result = await runCommand(process.execPath, [script], { env: { PATH: '/nowhere' } });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/`go` is not on the PATH\. Go \d+\.\d+\S* or later is needed/);
  });

  it('names the targets when asked for one that does not exist', async () => {
    const result = await runCommand(process.execPath, [script, '--only', 'minikube'], { env: { PATH: process.env.PATH } });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('there is no target "minikube"; there are controlplane, kwok, helm');
  });
});
