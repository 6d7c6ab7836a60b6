package dokimos

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const allowsAll = `{"apiVersion":"dokimos.dev/v1","kind":"Policy","default":{"evaluation":"ALWAYS_ALLOW"}}`

func TestEveryReportIsTheRecordedOne(t *testing.T) {
	yaml := 0
	for _, c := range readCases(t) {
		report, err := c.evaluate()
		if err != nil {
			t.Fatal(c.Name, err)
		}
		if report.JSON() != c.report {
			t.Errorf("%s:\n%s\nnot\n%s", c.Name, report.JSON(), c.report)
		}
		if report.Allowed != (c.Decision == "ALLOW") || report.Reason.String() != c.Reason {
			t.Errorf("%s: %v %v", c.Name, report.Allowed, report.Reason)
		}
		if report.DryRunViolation != (report.Allowed && !report.Reason.Allows()) {
			t.Errorf("%s: %v", c.Name, report.DryRunViolation)
		}
		checkDetails(t, c, report)
		yaml += checkYAML(t, c)
	}
	if yaml == 0 {
		t.Error("no policy in YAML")
	}
}

// checkDetails holds that the Go values say all that the JSON says: written again, they are the same document.
func checkDetails(t *testing.T, c *sharedCase, report *Report) {
	t.Helper()
	details, err := report.Details()
	if err != nil {
		t.Fatal(c.Name, err)
	}
	if details.Message != report.Message || details.Reason.Code != c.Reason || details.Decision != c.Decision {
		t.Errorf("%s: %+v", c.Name, details)
	}
	written := new(strings.Builder)
	encoder := json.NewEncoder(written)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(details); err != nil {
		t.Fatal(err)
	}
	if written.String() != report.JSON()+"\n" {
		t.Errorf("%s: %s", c.Name, written)
	}
}

func checkYAML(t *testing.T, c *sharedCase) int {
	t.Helper()
	var file string
	if json.Unmarshal(c.Policy, &file) != nil {
		return 0
	}
	data, err := os.ReadFile(filepath.Join(shared, strings.TrimSuffix(file, ".json")+".yaml"))
	if err != nil {
		return 0
	}
	policy, err := LoadPolicyYAML(data)
	if err != nil {
		t.Fatal(file, err)
	}
	defer policy.Close()
	report, err := policy.Evaluate(c.Image, c.attestations, c.context())
	if err != nil || report.JSON() != c.report {
		t.Errorf("%s: in YAML %v %v", c.Name, report, err)
	}
	return 1
}

func TestEveryProblemOfAPolicyIsTold(t *testing.T) {
	policy, err := LoadPolicy([]byte(`{"apiVersion":"dokimos.dev/v1","kind":"Policy","extra":1,"rules":[{"name":1}]}`))
	var failed *Error
	if policy != nil || !errors.As(err, &failed) || !errors.Is(err, ErrInvalidPolicy) {
		t.Fatal(policy, err)
	}
	if errors.Is(err, ErrInvalidKey) || len(failed.Problems) < 2 {
		t.Errorf("%+v", failed)
	}
	found := 0
	for _, problem := range failed.Problems {
		if problem.Slug == "UNKNOWN_FIELD" && problem.Path == "" && strings.Contains(problem.Message, `"extra"`) ||
			problem.Slug == "WRONG_TYPE" && problem.Path == "rules[0].name" {
			found++
		}
	}
	if found != 2 || !strings.Contains(err.Error(), " more)") {
		t.Errorf("%v: %+v", err, failed.Problems)
	}
}

func TestWhatIsWrongWithAnInput(t *testing.T) {
	policy := loadAllowsAll(t)
	set := NewAttestations()
	defer set.Close()
	now := Context{Time: time.Now()}
	cluster := Context{Time: time.Now(), Cluster: "\xff"}
	annotation := Context{Time: time.Now(), Annotations: map[string]string{"a": "\xff"}}
	for name, c := range map[string]struct {
		expected error
		call     func() error
	}{
		"no policy":            {ErrInvalidPolicy, func() error { _, err := LoadPolicy(nil); return err }},
		"no policy in YAML":    {ErrInvalidPolicy, func() error { _, err := LoadPolicyYAML([]byte("- 1")); return err }},
		"no attestations":      {ErrInvalidAttestations, func() error { _, err := set.Add("", []byte("[1]")); return err }},
		"source not UTF-8":     {ErrInvalidUTF8, func() error { _, err := set.Add("\xff", []byte("{}")); return err }},
		"no payload":           {ErrInvalidAttestations, func() error { return set.AddDetached("", nil, []byte{1}, "") }},
		"image not UTF-8":      {ErrInvalidUTF8, func() error { _, err := policy.Evaluate("\xff", nil, now); return err }},
		"cluster not UTF-8":    {ErrInvalidUTF8, func() error { _, err := policy.Evaluate("a", nil, cluster); return err }},
		"annotation not UTF-8": {ErrInvalidUTF8, func() error { _, err := policy.Evaluate("a", nil, annotation); return err }},
		"no time":              {ErrNoTime, func() error { _, err := policy.Evaluate("a", nil, Context{}); return err }},
		"no reference":         {ErrInvalidReference, func() error { _, err := ParseReference("Foo/bar"); return err }},
		"no key":               {ErrInvalidKey, func() error { _, err := ParseKeyPEM(nil, "RSA_PKCS1_SHA_256"); return err }},
		"no key in DER":        {ErrInvalidKey, func() error { _, err := ParseKeyDER([]byte{48, 128}, "RSA_PKCS1_SHA_256"); return err }},
		"no algorithm":         {ErrInvalidAlgorithm, func() error { _, err := ParseKeyPEM(nil, ""); return err }},
	} {
		if err := c.call(); !errors.Is(err, c.expected) || err.Error() == "" {
			t.Errorf("%s: %v, not %v", name, err, c.expected)
		}
	}
	if set.Len() != 0 {
		t.Error("what was refused was added")
	}
}

func TestWhatIsNoReferenceIsDenied(t *testing.T) {
	policy := loadAllowsAll(t)
	for _, image := range []string{"", "alpine\x00evil", "Foo/bar", strings.Repeat("a", 1<<16)} {
		report, err := policy.Evaluate(image, nil, Context{Time: time.Now()})
		if err != nil || report.Allowed || report.Reason != ReasonInvalidReference {
			t.Errorf("%.20q: %+v %v", image, report, err)
		}
	}
}

func TestReferencesHaveOneForm(t *testing.T) {
	reference, err := ParseReference("Index.Docker.io/alpine:3.18")
	if err != nil {
		t.Fatal(err)
	}
	expected := Reference{
		Canonical:  "docker.io/library/alpine:3.18",
		Domain:     "docker.io",
		Path:       "library/alpine",
		Repository: "docker.io/library/alpine",
		Tag:        "3.18",
	}
	if *reference != expected {
		t.Errorf("%+v", reference)
	}
}

func TestReasonsAreThoseOfTheLibrary(t *testing.T) {
	codes := ReasonCodes()
	if len(codes) < 20 || codes[0] != ReasonAttested || codes[len(codes)-1] != ReasonLimitReached {
		t.Fatal(codes)
	}
	for _, code := range codes {
		if code.String() == "" || code.Description() == "" || code.Allows() != (code < 200) {
			t.Errorf("%d %q %q", code, code, code.Description())
		}
	}
	if unknown := ReasonCode(99); unknown.String() != "" || unknown.Allows() {
		t.Error(unknown)
	}
}

func TestTheVersionIsThatOfTheHeader(t *testing.T) {
	header, err := os.ReadFile("../include/dokimos.h")
	if err != nil || !strings.Contains(string(header), "#define DOKIMOS_VERSION \""+Version()+"\"\n") {
		t.Error(Version(), err)
	}
}

func loadAllowsAll(t testing.TB) *Policy {
	t.Helper()
	policy, err := LoadPolicy([]byte(allowsAll))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(policy.Close)
	return policy
}
