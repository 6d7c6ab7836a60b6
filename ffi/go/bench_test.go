package dokimos

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"testing"
	"time"
)

const benchImage = "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94"

// The same questions as in ffi/examples/overhead.rs and ffi/tests/overhead.c.
func BenchmarkAllowed(b *testing.B) { benchmarkEvaluate(b, []byte(allowsAll)) }

func BenchmarkVerified(b *testing.B) { benchmarkEvaluate(b, readShared(b, "policies/shop.json")) }

func benchmarkEvaluate(b *testing.B, document []byte) {
	policy, err := LoadPolicy(document)
	if err != nil {
		b.Fatal(err)
	}
	defer policy.Close()
	set := NewAttestations()
	defer set.Close()
	if _, err := set.Add("release.json", readShared(b, "evidence/release.json")); err != nil {
		b.Fatal(err)
	}
	context := Context{Cluster: "prod-1", Namespace: "default", Time: time.Unix(1780272000, 0)}
	b.ReportAllocs()
	for b.Loop() {
		report, err := policy.Evaluate(benchImage, set, context)
		if err != nil || !report.Allowed || report.JSON() == "" {
			b.Fatal(report, err)
		}
	}
}

// The crypto alone: one signature of a payload, by Go's own crypto/rsa as attestlib calls it, and by dokimos.
func BenchmarkSignature(b *testing.B) {
	message := attestlibPayload("gcr.io/kritis-project/kritis-server", "sha256:b3f3eccfd27c")
	for _, a := range attestlibAlgorithms {
		private, err := rsa.GenerateKey(rand.Reader, a.bits)
		if err != nil {
			b.Fatal(err)
		}
		signature := a.sign(b, private, message)
		key, err := ParseKeyPEM(publicPEM(b, private), a.name)
		if err != nil {
			b.Fatal(err)
		}
		defer key.Close()
		b.Run(a.name+"/crypto-rsa", func(b *testing.B) {
			for b.Loop() {
				if !a.accepts(&private.PublicKey, message, signature) {
					b.Fatal("not accepted")
				}
			}
		})
		b.Run(a.name+"/dokimos", func(b *testing.B) {
			for b.Loop() {
				if err := key.Verify(message, signature); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The whole verification of an attestation, as attestlib does it for each: the key is read, the signature verified, the
// payload read and compared; and a decision of dokimos, which has read its keys once.
func BenchmarkAttestation(b *testing.B) {
	policy, set, image := attestlibCase(b)
	b.Run("dokimos", func(b *testing.B) {
		for b.Loop() {
			report, err := policy.Evaluate(image, set, Context{Time: time.Unix(1780272000, 0)})
			if err != nil || !report.Allowed {
				b.Fatal(report, err)
			}
		}
	})
	a := attestlibAlgorithms[0]
	private, err := rsa.GenerateKey(rand.Reader, a.bits)
	if err != nil {
		b.Fatal(err)
	}
	const repository = "gcr.io/kritis-project/kritis-server"
	digest := image[len(repository)+1:]
	document, payload := publicPEM(b, private), attestlibPayload(repository, digest)
	signature := a.sign(b, private, payload)
	b.Run("as-attestlib", func(b *testing.B) {
		for b.Loop() {
			if err := verifyAsAttestlib(a, document, payload, signature, repository, digest); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// verifyAsAttestlib does what attestlib's VerifyAttestation does for a PKIX key, with the same calls.
func verifyAsAttestlib(a attestlibAlgorithm, document, payload, signature []byte, repository, digest string) error {
	block, _ := pem.Decode(document)
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return err
	}
	if !a.accepts(key.(*rsa.PublicKey), payload, signature) {
		return errors.New("the signature does not verify")
	}
	var signed struct {
		Critical struct {
			Identity struct {
				Reference string `json:"docker-reference"`
			} `json:"identity"`
			Image struct {
				Digest string `json:"docker-manifest-digest"`
			} `json:"image"`
			Type string `json:"type"`
		} `json:"critical"`
		Optional map[string]string `json:"optional"`
	}
	if err := json.Unmarshal(payload, &signed); err != nil {
		return err
	}
	if signed.Critical.Identity.Reference != repository || signed.Critical.Image.Digest != digest {
		return errors.New("another image")
	}
	return nil
}
