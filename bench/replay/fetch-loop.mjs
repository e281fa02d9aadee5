// The least that so many calls can take here: a bare loop over Node's own fetch, so many at a time. Sends its seconds to its parent.
const [url, calls, concurrency] = process.argv.slice(2);
const body = JSON.stringify({
  model: "bench-1",
  messages: [{ role: "user", content: "Where is my parcel? Order 1234567." }],
});
let next = 0;

async function worker() {
  while (next++ < Number(calls)) {
    const response = await fetch(`${url}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { choices } = await response.json();
    if (choices[0].message.content === "") throw new Error("no answer");
  }
}

const begun = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
process.send({ seconds: (performance.now() - begun) / 1000 });
process.disconnect();
