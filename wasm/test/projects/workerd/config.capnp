using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (
      name = "main",
      worker = (
        compatibilityDate = "2026-01-01",
        globalOutbound = "nowhere",
        modules = [
          (name = "main.js", esModule = embed "dist/main.js"),
          (name = "dokimos.wasm", wasm = embed "dist/dokimos.wasm"),
        ],
      ),
    ),
    (name = "nowhere", network = (allow = [])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
