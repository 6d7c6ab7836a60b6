// The decision as a picture: the image, the rule, what it requires as a tree, and the attestors with their outcome.
import { svg } from "./dom.js";

const HEIGHT = 40;
const GAP = 12;
const COLUMN = 28;

export function diagram(report, outline, words) {
  const root = tree(report, outline, words);
  place(root, 0);
  const columns = [];
  visit(root, (node, depth) => (columns[depth] = Math.max(columns[depth] ?? 0, node.width)));
  const starts = columns.map((_, depth) => columns.slice(0, depth).reduce((sum, width) => sum + width + COLUMN, 1));
  const width = starts.at(-1) + columns.at(-1) + 1;
  const picture = svg("svg", {
    class: "diagram",
    role: "img",
    width,
    height: root.span + 2,
    viewBox: `0 -1 ${width} ${root.span + 2}`,
    "aria-label": words.say("diagramAlt", spoken(root)),
  });
  const edges = svg("g");
  const boxes = svg("g");
  visit(root, (node, depth) => {
    const x = starts[depth];
    const boxWidth = columns[depth];
    for (const child of node.children) {
      const from = x + boxWidth;
      const to = starts[depth + 1];
      const middle = (from + to) / 2;
      edges.append(svg("path", { class: "edge", d: `M${from} ${node.y} C${middle} ${node.y} ${middle} ${child.y} ${to} ${child.y}` }));
    }
    boxes.append(
      svg(
        "g",
        { class: node.state },
        svg("rect", { x, y: node.y - HEIGHT / 2, width: boxWidth, height: HEIGHT, rx: 7 }),
        node.sign && svg("text", { class: "sign", x: x + 11, y: node.y + 5 }, node.sign),
        svg("text", { x: x + (node.sign ? 28 : 12), y: node.y + (node.note ? -2 : 5) }, node.label),
        node.note && svg("text", { class: "small", x: x + (node.sign ? 28 : 12), y: node.y + 13 }, node.note),
      ),
    );
  });
  // It shrinks with the page as long as it can be read; then it is scrolled.
  picture.style.minWidth = `${Math.round(width * 0.75)}px`;
  picture.append(edges, boxes);
  return picture;
}

/** The boxes as a tree: what depends on what. */
function tree(report, outline, words) {
  const verdict = report.decision === "ALLOW" ? words.say("allowed") : words.say("denied");
  const root = node(verdict, report.reason.code, report.decision === "ALLOW" ? "good" : "bad", []);
  const rule = [...outline.rules, outline.default].find((one) => one && one.name === report.rule);
  const label = rule && (rule === outline.default ? words.say("stepDefault") : words.say("stepRule", rule.name));
  if (rule?.require) {
    root.children.push(node(label, rule.enforcement === "DRY_RUN" ? "DRY_RUN" : "", "", [branch(rule.require, report, words)]));
  } else if (rule) {
    root.children.push(node(label, rule.evaluation, "", []));
  } else if (report.exemptedBy) {
    root.children.push(node(words.say("stepAllowlist"), report.exemptedBy, "good", []));
  } else if (report.breakglass) {
    root.children.push(node(words.say("stepBreakGlass"), report.breakglass.value, "good", []));
  }
  return root;
}

function branch(requirement, report, words) {
  if (typeof requirement === "string") {
    const asked = report.attestors.find(({ name }) => name === requirement);
    const last = asked?.attestations.at(-1)?.outcome.code;
    const note = asked ? (asked.satisfied ? "ATTESTED" : (last ?? "NO_ATTESTATION")) : "";
    return node(requirement, note, asked ? (asked.satisfied ? "good" : "bad") : "off", []);
  }
  const children = (requirement.all ?? requirement.any ?? requirement.of).map((one) => branch(one, report, words));
  const label = requirement.all
    ? words.say("diagramAll")
    : requirement.any
      ? words.say("diagramAny")
      : words.say("diagramAtLeast", requirement.atLeast);
  return node(label, "", "", children);
}

function node(label, note, state, children) {
  const sign = { good: "✓", bad: "✗", off: "–" }[state] ?? "";
  const shown = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
  const drawn = { label: shown(label, 28), note: shown(note, 32), state, sign, children };
  drawn.width = (sign ? 40 : 24) + Math.max(measure(drawn.label, 7.4), measure(drawn.note, 6.6));
  return drawn;
}

/** About the width of a text; characters of East Asia are twice as wide. */
function measure(text, unit) {
  return [...text].reduce((sum, char) => sum + (char > "\u2e7f" ? 2 : /[A-Z_]/.test(char) ? 1.15 : 1) * unit, 0);
}

/** Gives each box its height on the page, children one below the other, and the parent beside their middle. */
function place(node, top) {
  let below = top;
  for (const child of node.children) {
    place(child, below);
    below += child.span + GAP;
  }
  node.span = Math.max(HEIGHT, below - GAP - top);
  const [first, last] = [node.children[0], node.children.at(-1)];
  node.y = first ? (first.y + last.y) / 2 : top + HEIGHT / 2;
}

function visit(node, call, depth = 0) {
  call(node, depth);
  for (const child of node.children) visit(child, call, depth + 1);
}

function spoken(node) {
  const parts = [[node.sign, node.label, node.note].filter(Boolean).join(" "), ...node.children.map(spoken)];
  return parts.join("; ");
}
