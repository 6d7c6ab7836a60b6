package dokimos

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Interoperation with kritis, whose package attestlib signs and verifies with crypto/rsa: the same calls as there, and
// signatures that attestlib itself made.

// attestlibAlgorithm is one of attestlib's, by its name there.
type attestlibAlgorithm struct {
	name string
	hash crypto.Hash
	pss  bool
	bits int
}

var attestlibAlgorithms = []attestlibAlgorithm{
	{"rsa-pss-2048-sha256", crypto.SHA256, true, 2048},
	{"rsa-pss-3072-sha256", crypto.SHA256, true, 3072},
	{"rsa-pss-4096s-ha256", crypto.SHA256, true, 4096}, // so misprinted there
	{"rsa-pss-4096-sha512", crypto.SHA512, true, 4096},
	{"rsa-sign-pkcs1-2048-sha256", crypto.SHA256, false, 2048},
	{"rsa-sign-pkcs1-3072-sha256", crypto.SHA256, false, 3072},
	{"rsa-sign-pkcs1-4096-sha256", crypto.SHA256, false, 4096},
	{"rsa-sign-pkcs1-4096-sha512", crypto.SHA512, false, 4096},
}

func (a attestlibAlgorithm) digest(message []byte) []byte {
	if a.hash == crypto.SHA512 {
		digest := sha512.Sum512(message)
		return digest[:]
	}
	digest := sha256.Sum256(message)
	return digest[:]
}

// sign is attestlib's pkixSigner: no PSS options, and so the longest salt.
func (a attestlibAlgorithm) sign(t testing.TB, key *rsa.PrivateKey, message []byte) []byte {
	t.Helper()
	var signature []byte
	var err error
	if a.pss {
		signature, err = rsa.SignPSS(rand.Reader, key, a.hash, a.digest(message), nil)
	} else {
		signature, err = rsa.SignPKCS1v15(rand.Reader, key, a.hash, a.digest(message))
	}
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// accepts is attestlib's verifyDetached.
func (a attestlibAlgorithm) accepts(key *rsa.PublicKey, message, signature []byte) bool {
	if a.pss {
		return rsa.VerifyPSS(key, a.hash, a.digest(message), signature, nil) == nil
	}
	return rsa.VerifyPKCS1v15(key, a.hash, a.digest(message), signature) == nil
}

func publicPEM(t testing.TB, key *rsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestWhatAttestlibSignsIsAcceptedAndWhatItRejectsIsRejected(t *testing.T) {
	message := []byte(`{"critical":{}}`)
	keys := map[int]*rsa.PrivateKey{}
	for _, a := range attestlibAlgorithms {
		private := keys[a.bits]
		if private == nil {
			var err error
			if private, err = rsa.GenerateKey(rand.Reader, a.bits); err != nil {
				t.Fatal(err)
			}
			keys[a.bits] = private
		}
		key, err := ParseKeyPEM(publicPEM(t, private), a.name)
		if err != nil {
			t.Fatal(a.name, err)
		}
		defer key.Close()
		good := a.sign(t, private, message)
		if err := key.Verify(message, good); err != nil {
			t.Errorf("%s: %v", a.name, err)
		}
		rejected := 0
		for _, bad := range mutations(t, a, private, message, good) {
			if a.accepts(&private.PublicKey, message, bad) {
				continue
			}
			rejected++
			if key.Verify(message, bad) == nil {
				t.Errorf("%s: accepts %x, which attestlib rejects", a.name, bad)
			}
		}
		if rejected < 30 {
			t.Errorf("%s: %d rejected", a.name, rejected)
		}
		if key.Verify(append(message, ' '), good) == nil {
			t.Errorf("%s: accepts another message", a.name)
		}
	}
}

// mutations are signatures that are nearly good: bits changed, bytes added and taken away, other algorithms, zero.
func mutations(t testing.TB, a attestlibAlgorithm, key *rsa.PrivateKey, message, good []byte) [][]byte {
	t.Helper()
	other := attestlibAlgorithm{hash: a.hash, pss: !a.pss}
	bad := [][]byte{
		nil, good[1:], good[:len(good)-1], append([]byte{0}, good...), append(good[:len(good):len(good)], 0),
		make([]byte, len(good)), other.sign(t, key, message), key.N.Bytes(), a.sign(t, key, good),
	}
	for at := 0; at < len(good); at += len(good) / 32 {
		changed := append([]byte(nil), good...)
		changed[at] ^= 1 << (at % 8)
		bad = append(bad, changed)
	}
	return bad
}

// The recorded signatures of kritis's own tests, made by attestlib: those of RSA are accepted; those of elliptic curves
// are not supported, which is said when the key is read.
func TestSignaturesThatAttestlibMade(t *testing.T) {
	var recorded struct {
		Vectors []struct {
			Name      string `json:"name"`
			Algorithm string `json:"algorithm"`
			PublicKey string `json:"public_key"`
			KeyText   string `json:"public_key_text"`
			KeyID     string `json:"public_key_id"`
			Payload   string `json:"payload_utf8"`
			Signature string `json:"signature_base64url"`
			Expect    string `json:"expect"`
		} `json:"vectors"`
	}
	folder := filepath.Join(vectors(t), "kritis")
	data, err := os.ReadFile(filepath.Join(folder, "pkix/verify_detached.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	accepted, unsupported := 0, 0
	for _, v := range recorded.Vectors {
		if v.Expect != "valid" {
			// Keys that attestlib refuses are refused.
			if _, err := ParseKeyPEM([]byte(v.KeyText), v.Algorithm); v.KeyText == "" || !errors.Is(err, ErrInvalidKey) {
				t.Errorf("%s: %v", v.Name, err)
			}
			continue
		}
		document, err := os.ReadFile(filepath.Join(folder, v.PublicKey))
		if err != nil {
			t.Fatal(err)
		}
		signature, err := base64.RawURLEncoding.DecodeString(v.Signature)
		if err != nil {
			t.Fatal(v.Name, err)
		}
		key, err := ParseKeyPEM(document, v.Algorithm)
		if strings.HasPrefix(v.Algorithm, "ecdsa-") {
			if !errors.Is(err, ErrInvalidAlgorithm) {
				t.Errorf("%s: %v", v.Name, err)
			}
			unsupported++
			continue
		}
		if err != nil {
			t.Fatal(v.Name, err)
		}
		if key.ID() != v.KeyID {
			t.Errorf("%s: %s", v.Name, key.ID())
		}
		if err := key.Verify([]byte(v.Payload), signature); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
		accepted++
		key.Close()
	}
	if accepted != 8 || unsupported != 3 {
		t.Errorf("%d accepted, %d not supported", accepted, unsupported)
	}
}

// vectors is the folder of the published vectors, which are not part of the repository.
func vectors(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("DOKIMOS_VECTORS")
	if folder == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("CI is set and DOKIMOS_VECTORS is not")
		}
		t.Skip("DOKIMOS_VECTORS is not set")
	}
	return folder
}

// An attestation as attestlib's signer makes it, payload and all, through a policy.
func TestAnAttestationOfAttestlibIsAccepted(t *testing.T) {
	policy, set, image := attestlibCase(t)
	for _, c := range []struct {
		image  string
		reason ReasonCode
	}{
		{image, ReasonAttested},
		{"gcr.io/other/image" + image[len("gcr.io/kritis-project/kritis-server"):], ReasonRepositoryMismatch},
		{image[:len(image)-1] + "0", ReasonDigestMismatch},
		{"gcr.io/kritis-project/kritis-server:latest", ReasonTagReference},
	} {
		report, err := policy.Evaluate(c.image, set, Context{Time: time.Now()})
		if err != nil || report.Reason != c.reason || report.Allowed != (c.reason == ReasonAttested) {
			t.Errorf("%s: %+v %v", c.image, report, err)
		}
	}
}

// attestlibCase is one image with one attestation by one key of 2048 bits, as attestlib writes and signs it.
func attestlibCase(t testing.TB) (*Policy, *Attestations, string) {
	t.Helper()
	a := attestlibAlgorithms[0]
	private, err := rsa.GenerateKey(rand.Reader, a.bits)
	if err != nil {
		t.Fatal(err)
	}
	const repository = "gcr.io/kritis-project/kritis-server"
	const digest = "sha256:b3f3eccfd27c9864312af3796067e7db28007a1566e1e042c5862eed3ff1b2c8"
	payload := attestlibPayload(repository, digest)
	document, err := json.Marshal(map[string]any{
		"apiVersion": "dokimos.dev/v1",
		"kind":       "Policy",
		"attestors": []any{map[string]any{
			"name":       "kritis",
			"publicKeys": []any{map[string]any{"id": "key", "algorithm": a.name, "pem": string(publicPEM(t, private))}},
		}},
		"default": map[string]any{"evaluation": "REQUIRE_ATTESTATION", "require": "kritis"},
	})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := LoadPolicy(document)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(policy.Close)
	set := NewAttestations()
	t.Cleanup(set.Close)
	if err := set.AddDetached("kritis", payload, a.sign(t, private, payload), "key"); err != nil {
		t.Fatal(err)
	}
	return policy, set, repository + "@" + digest
}

// attestlibPayload is what kritis's AtomicContainerSig.JSONBytes writes.
func attestlibPayload(repository, digest string) []byte {
	return []byte(`{"critical":{"identity":{"docker-reference":"` + repository +
		`"},"image":{"docker-manifest-digest":"` + digest + `"},"type":"atomic container signature"}}`)
}
