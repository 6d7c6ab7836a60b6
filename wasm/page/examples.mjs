// Writes examples.json for the page, out of the shared cases: `node examples.mjs TESTDATA OUTPUT`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [testdata, output] = process.argv.slice(2);
const read = (path) => readFileSync(join(testdata, path), "utf8");
const cases = new Map(JSON.parse(read("cases.json")).map((one) => [one.name, one]));

const chosen = [
  ["two-both", "Two attestors, both have attested", "两个证明者，都已证明", "The policy asks for the release pipeline and for QA; there is a valid attestation by each.", "策略要求发布流水线和 QA 都证明；两者都有有效的证明。"],
  ["two-one", "Two attestors, one is missing", "两个证明者，缺一个", "QA has not attested this image.", "QA 没有证明这个镜像。"],
  ["two-stranger", "Signed by a stranger", "由陌生人签名", "A correct signature, by a key that stands in no policy.", "签名正确，但密钥不在策略之中。"],
  ["bit-flipped", "One bit of the signature is flipped", "签名的一个比特被翻转", "The key is right, the signature is not.", "密钥没错，签名错了。"],
  ["other-repository", "An attestation for another repository", "证明的是另一个仓库", "The same digest, signed under another name: the policy compares the repository too.", "摘要相同，但签名时用的是另一个名称：策略也比较仓库。"],
  ["other-digest", "An attestation for another image", "证明的是另一个镜像", "The signature is valid for another digest.", "签名有效，但签的是另一个摘要。"],
  ["reference-tag", "Named by a tag", "用标签指定", "A tag can point elsewhere a moment later.", "标签随时可能指向别处。"],
  ["window-old-after", "The key has expired", "密钥已过期", "Keys have windows of validity; this decision is made after the end of one.", "密钥有有效期；这次判断是在其结束之后。"],
  ["format-cosign", "A signature of cosign", "cosign 的签名", "As `cosign download signature` prints it: it names no key, so every key of the attestor is tried.", "即 `cosign download signature` 的输出：它没有写明密钥，因此会尝试该证明者的每个密钥。"],
  ["nested-bad-and-good", "A tree of requirements", "要求组成的树", "The release pipeline, and one of two others: the attestation of one of them is bad, that of the other is enough.", "发布流水线，加上另外两个之一：其中一个的证明是坏的，另一个的就够了。"],
  ["count-qa-security", "Two of three", "三个中的两个", "At least two of three attestors, by different keys.", "三个证明者中至少两个，且由不同的密钥。"],
  ["dry-run-bad", "A rule that does not block yet", "尚不阻断的规则", "With DRY_RUN what would be denied is let in and reported.", "DRY_RUN 下，本应拒绝的会被放行并写入报告。"],
  ["allowlist", "Exempted by the allowlist", "由豁免名单豁免", "No attestation is looked at.", "不看任何证明。"],
  ["breakglass-reason", "Break-glass", "紧急放行", "The annotation lets the image in, and the report says so.", "注解放行了镜像，报告会写明。"],
  ["rule-no-cluster", "A cluster that was not given", "没有给出集群", "A rule depends on it; dokimos does not guess.", "有规则取决于它；dokimos 不会猜测。"],
  ["pgp", "A format that is not supported", "不受支持的格式", "PGP attestations are named as such and satisfy nothing.", "PGP 证明会被认出，但不满足任何要求。"],
];

const example = ([name, title, titleZh, about, aboutZh]) => {
  const { policy, attestations, image, cluster, namespace, serviceAccount, annotations, at } = cases.get(name);
  return {
    name,
    title: { en: title, zh: titleZh },
    about: { en: about, zh: aboutZh },
    policy: typeof policy === "string" ? read(policy) : JSON.stringify(policy, null, 2),
    documents: attestations.map((source) => ({ source, text: read(source) })),
    image,
    images: [image],
    cluster,
    namespace,
    serviceAccount,
    annotations,
    at,
  };
};

/** Every image that the cases ask of one policy, with all their attestations. */
const many = () => {
  const asked = [...cases.values()].filter(({ policy, attestations }) => policy === "policies/shop.json" && attestations.length === 1);
  const sources = ["evidence/release.json", "evidence/other-digest.json", "evidence/stranger.json"];
  return {
    ...example(["format-release", "Many images", "多个镜像", "The images of a policy's cases, all with the same attestations.", "一份策略的各个用例的镜像，都用同样的证明。"]),
    name: "many",
    documents: sources.map((source) => ({ source, text: read(source) })),
    images: [...new Set(asked.map(({ image }) => image).filter((image) => image.trim() === image && image))],
  };
};

writeFileSync(output, JSON.stringify([...chosen.map(example), many()]));
