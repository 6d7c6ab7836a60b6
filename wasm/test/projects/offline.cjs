// Loaded before a project in Node.js: whatever it does with the network fails.
const net = require("node:net");
const dns = require("node:dns");

const refuse = () => {
  throw new Error("the network is not to be used");
};
net.Socket.prototype.connect = refuse;
dns.lookup = refuse;
globalThis.fetch = refuse;
