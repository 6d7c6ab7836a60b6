const dokimos = require("dokimos");
const { readFileSync } = require("node:fs");

const given = JSON.parse(readFileSync("given.json", "utf8"));
// The package is there at once, for code that cannot wait.
dokimos.parseReference(given.requests[0].image);
import("./exercise.mjs").then(({ exercise }) => console.log(JSON.stringify(exercise(dokimos, given))));
