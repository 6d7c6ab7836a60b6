package dokimos

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// shared is the folder of the test data that every language reads.
const shared = "../../testdata"

// sharedCase is one question of cases.json, with the answer.
type sharedCase struct {
	Name           string            `json:"name"`
	Policy         json.RawMessage   `json:"policy"`
	Files          []string          `json:"attestations"`
	Image          string            `json:"image"`
	Cluster        string            `json:"cluster"`
	Namespace      string            `json:"namespace"`
	ServiceAccount string            `json:"serviceAccount"`
	Annotations    map[string]string `json:"annotations"`
	At             time.Time         `json:"at"`
	Decision       string            `json:"decision"`
	Reason         string            `json:"reason"`

	policy       *Policy
	attestations *Attestations
	report       string
}

func (c *sharedCase) context() Context {
	return Context{
		Cluster: c.Cluster, Namespace: c.Namespace, ServiceAccount: c.ServiceAccount, Annotations: c.Annotations, Time: c.At,
	}
}

func (c *sharedCase) evaluate() (*Report, error) {
	return c.policy.Evaluate(c.Image, c.attestations, c.context())
}

func readCases(t testing.TB) []*sharedCase {
	t.Helper()
	var cases []*sharedCase
	if err := json.Unmarshal(readShared(t, "cases.json"), &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 150 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		c.load(t)
	}
	return cases
}

func (c *sharedCase) load(t testing.TB) {
	t.Helper()
	var err error
	if c.policy, err = LoadPolicy(c.policyJSON(t)); err != nil {
		t.Fatal(c.Name, err)
	}
	c.attestations = NewAttestations()
	for _, file := range c.Files {
		if _, err := c.attestations.Add(file, readShared(t, file)); err != nil {
			t.Fatal(file, err)
		}
	}
	t.Cleanup(c.policy.Close)
	t.Cleanup(c.attestations.Close)
	report := readShared(t, filepath.Join("reports", c.Name+".json"))
	c.report = string(report[:len(report)-1])
}

func (c *sharedCase) policyJSON(t testing.TB) []byte {
	t.Helper()
	var file string
	if json.Unmarshal(c.Policy, &file) == nil {
		return readShared(t, file)
	}
	return c.Policy
}

func readShared(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
