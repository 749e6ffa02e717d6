// What `helm test` runs, in the operator's own image: is it ready, and are its metrics there, for those alone who may read them?
const [readyUrl, metricsUrl, metricsAuth, patienceSeconds] = process.argv.slice(1);
const pauseMs = 2_000;

/** Without a ready Pod there is nobody behind the Service, so no answer means the same as a bad one. */
async function ask(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: `no answer: ${error.cause?.message ?? error.message}` };
  }
}

async function untilReady() {
  const deadline = Date.now() + Number(patienceSeconds) * 1_000;
  for (;;) {
    const answer = await ask(readyUrl);
    if (answer.status === 200 || Date.now() >= deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function report(ok, url, { status, text }, wanted) {
  console.log(`${ok ? 'ok' : 'FAILED'}: ${url} answered ${status || 'nothing'}; ${wanted}`);
  if (!ok) console.log(text.slice(0, 2_000));
  if (!ok) process.exitCode = 1;
}

const ready = await untilReady();
report(ready.status === 200, readyUrl, ready, 'a ready operator answers 200');

const metrics = await ask(metricsUrl);
if (metricsAuth === 'true') report(metrics.status === 401, metricsUrl, metrics, 'without a token metrics are refused with 401');
else report(metrics.status === 200 && /^supportcoverage_build_info\{/m.test(metrics.text), metricsUrl, metrics, 'it has the operator’s metrics');
