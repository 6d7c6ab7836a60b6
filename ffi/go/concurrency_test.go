package dokimos

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestManyGoroutinesShareEverything(t *testing.T) {
	cases := readCases(t)[:60]
	var workers sync.WaitGroup
	for worker := range 64 {
		workers.Go(func() {
			for i := range cases {
				c := cases[(i+worker)%len(cases)]
				report, err := c.evaluate()
				if err != nil || report.JSON() != c.report {
					t.Error(c.Name, report, err)
					return
				}
			}
		})
	}
	workers.Wait()
}

func TestClosingWhileOthersUseIt(t *testing.T) {
	for range 50 {
		policy, err := LoadPolicy([]byte(allowsAll))
		if err != nil {
			t.Fatal(err)
		}
		set := NewAttestations()
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for {
					report, err := policy.Evaluate("alpine", set, Context{Time: time.Now()})
					if errors.Is(err, ErrClosed) {
						return
					}
					if err != nil || !report.Allowed {
						t.Error(report, err)
						return
					}
				}
			})
		}
		workers.Go(func() {
			for range 10 {
				if _, err := set.Add("", []byte("{}")); err != nil && !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
			}
		})
		runtime.Gosched()
		policy.Close()
		set.Close()
		policy.Close()
		workers.Wait()
	}
}

func TestWhatIsClosedGivesErrors(t *testing.T) {
	policy, set := loadAllowsAll(t), NewAttestations()
	set.Close()
	if _, err := policy.Evaluate("a", set, Context{Time: time.Now()}); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if _, err := set.Add("", []byte("{}")); !errors.Is(err, ErrClosed) || set.Len() != 0 {
		t.Error(err)
	}
	if err := set.AddDetached("", []byte{1}, []byte{1}, ""); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	key, err := ParseKeyPEM(readShared(t, "evidence/keys/qa.pub.pem"), "RSA_PKCS1_SHA_256")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(key.ID(), "ni:///sha-256;") {
		t.Error(key.ID())
	}
	key.Close()
	if err := key.Verify(nil, nil); !errors.Is(err, ErrClosed) || key.ID() != "" {
		t.Error(err)
	}
}

// A million calls, none of which closes what the garbage collector can free, must not make the process grow.
func TestMemoryDoesNotGrow(t *testing.T) {
	calls := 1_000_000
	if testing.Short() {
		calls = 50_000
	}
	policy := loadAllowsAll(t)
	context := Context{Cluster: "prod-1", Namespace: "default", Annotations: map[string]string{"a": "b"}, Time: time.Now()}
	work := func(calls int) {
		for i := range calls {
			report, err := policy.Evaluate("alpine", nil, context)
			if err != nil || !report.Allowed {
				t.Fatal(report, err)
			}
			if i%1000 == 0 {
				abandon(t)
			}
		}
		runtime.GC()
	}
	work(calls / 10)
	before := resident(t)
	work(calls)
	grown := resident(t) - before
	t.Logf("%d calls: %d KiB more", calls, grown/1024)
	// A leak of 16 bytes a call, or of one policy each thousand, would be more.
	if grown > 12<<20 {
		t.Errorf("grown by %d KiB", grown/1024)
	}
}

// abandon makes one of each object, and what fails, and closes nothing.
func abandon(t *testing.T) {
	t.Helper()
	policy, err := LoadPolicy(readShared(t, "policies/shop.json"))
	if err != nil {
		t.Fatal(err)
	}
	set := NewAttestations()
	if _, err := set.Add("", readShared(t, "evidence/release.json")); err != nil {
		t.Fatal(err)
	}
	report, err := policy.Evaluate("alpine", set, Context{Time: time.Now()})
	if err != nil || report.Allowed {
		t.Fatal(report, err)
	}
	if _, err := LoadPolicy([]byte("{}")); err == nil {
		t.Fatal("not a policy")
	}
}

// resident is the memory that the process has, in bytes, C's part of it too.
func resident(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc/self/statm on this system")
	}
	pages, err := strconv.Atoi(strings.Fields(string(status))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
