const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => (globalThis.result = data);
worker.onerror = ({ message }) => (globalThis.result = { failed: message });
worker.postMessage(await (await fetch("given.json")).json());
