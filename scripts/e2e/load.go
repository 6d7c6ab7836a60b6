package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What became of the reviews, as one line of JSON.
type outcome struct {
	Reviews   int     `json:"reviews"`
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"perSecond"`
	// Milliseconds.
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`

	Allowed int `json:"allowed"`
	Denied  int `json:"denied"`
	// Allowed where it must not be.
	WrongAllow int `json:"wrongAllow"`
	// Denied although it is signed.
	WrongDeny int `json:"wrongDeny"`
	// Answered by no AdmissionReview: the API server's failurePolicy decides.
	Failed int `json:"failed"`
	// Sent, and the connection ended before an answer.
	Dropped int `json:"dropped"`
	// Not sent: no connection could be made.
	Refused int `json:"refused"`
	// How many certificates were served.
	Certificates int    `json:"certificates"`
	FirstFailure string `json:"firstFailure,omitempty"`
}

type generator struct {
	address   string
	path      string
	tls       *tls.Config
	http2     *http.Client
	images    []string
	allow     []bool
	once      bool
	reconnect int
	most      int64
	end       time.Time
	interval  time.Duration
	begun     time.Time
	next      atomic.Int64
	until     bool
	serials   sync.Map
}

type worker struct {
	*generator
	outcome
	times      []time.Duration
	connection net.Conn
	reader     *bufio.Reader
	sent       int
	body       bytes.Buffer
	message    bytes.Buffer
}

// load --url URL --ca FILE --images FILE …: sends reviews and looks at each answer.
func load(arguments []string) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	target := flags.String("url", "", "of the webhook; https")
	authority := flags.String("ca", "", "certificates that are trusted, PEM")
	list := flags.String("images", "", "file with lines REFERENCE allow|deny")
	connections := flags.Int("connections", 8, "at once")
	most := flags.Int64("reviews", 1<<62, "the most reviews")
	seconds := flags.Float64("seconds", 0, "the most time")
	rate := flags.Float64("rate", 0, "reviews a second; 0: each connection sends when it has its answer")
	once := flags.Bool("once", false, "each image only once")
	reconnect := flags.Int("reconnect", 0, "a new connection after so many reviews")
	http2 := flags.Bool("http2", false, "one connection of HTTP/2, as the API server has")
	until := flags.Bool("until-refused", false, "stop when no connection can be made")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	g, err := newGenerator(*target, *authority, *list)
	if err != nil {
		return err
	}
	g.most, g.once, g.reconnect, g.until = *most, *once, *reconnect, *until
	if *http2 {
		g.http2 = &http.Client{Transport: &http.Transport{TLSClientConfig: g.tls.Clone(), ForceAttemptHTTP2: true}}
	}
	g.begun = time.Now()
	g.end = g.begun.Add(time.Duration(*seconds * float64(time.Second)))
	if *seconds == 0 {
		g.end = g.begun.Add(24 * time.Hour)
	}
	if *rate > 0 {
		g.interval = time.Duration(float64(time.Second) / *rate)
	}
	workers := make([]worker, *connections)
	var group sync.WaitGroup
	for i := range workers {
		workers[i].generator = g
		group.Go(workers[i].run)
	}
	group.Wait()
	return json.NewEncoder(os.Stdout).Encode(g.sum(workers))
}

func newGenerator(target, authority, list string) (*generator, error) {
	address, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	g := &generator{address: address.Host, path: address.RequestURI()}
	if g.tls, err = trust(authority); err != nil {
		return nil, err
	}
	g.tls.ServerName = address.Hostname()
	g.tls.VerifyConnection = func(state tls.ConnectionState) error {
		g.serials.Store(state.PeerCertificates[0].SerialNumber.String(), true)
		return nil
	}
	lines, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(lines)) {
		image, verdict, _ := strings.Cut(strings.TrimSpace(line), " ")
		g.images = append(g.images, image)
		g.allow = append(g.allow, verdict == "allow")
	}
	if len(g.images) == 0 {
		return nil, fmt.Errorf("%s: no images", list)
	}
	return g, nil
}

func trust(authority string) (*tls.Config, error) {
	trusted, err := os.ReadFile(authority)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(trusted) {
		return nil, fmt.Errorf("%s: no certificate", authority)
	}
	return &tls.Config{RootCAs: pool}, nil
}

func (w *worker) run() {
	defer w.close()
	for {
		number := w.next.Add(1) - 1
		begun := time.Now()
		if number >= w.most || begun.After(w.end) || (w.once && number >= int64(len(w.images))) {
			return
		}
		if w.interval > 0 {
			// From when it was due, so that a server that stalls is seen.
			due := w.begun.Add(time.Duration(number) * w.interval)
			time.Sleep(time.Until(due))
			begun = due
		}
		index := int(number % int64(len(w.images)))
		if !w.review(number, index, begun) {
			return
		}
	}
}

// review sends one review; false ends the worker.
func (w *worker) review(number int64, index int, begun time.Time) bool {
	uid := fmt.Sprintf("00000000-0000-4000-8000-%012d", number)
	w.write(uid, w.images[index])
	status, body, err := w.exchange()
	w.times = append(w.times, time.Since(begun))
	w.Reviews++
	switch {
	case errors.Is(err, errRefused):
		w.Refused++
		w.first(err.Error())
		w.Reviews--
		w.times = w.times[:len(w.times)-1]
		if w.until {
			return false
		}
		time.Sleep(10 * time.Millisecond)
	case err != nil:
		w.Dropped++
		w.first(err.Error())
	case status != http.StatusOK:
		w.Failed++
		w.first(fmt.Sprintf("status %d: %.200s", status, body))
	case !bytes.Contains(body, []byte(uid)):
		w.Failed++
		w.first(fmt.Sprintf("another uid: %.200s", body))
	case bytes.Contains(body, []byte(`"allowed":true`)):
		w.Allowed++
		if !w.allow[index] {
			w.WrongAllow++
			w.first(fmt.Sprintf("allowed: %.200s", body))
		}
	case bytes.Contains(body, []byte(`"allowed":false`)):
		w.Denied++
		if w.allow[index] {
			w.WrongDeny++
			w.first(fmt.Sprintf("denied: %.400s", body))
		}
	default:
		w.Failed++
		w.first(fmt.Sprintf("no answer: %.200s", body))
	}
	return true
}

func (w *worker) first(failure string) {
	if w.FirstFailure == "" {
		w.FirstFailure = failure
	}
}

// write makes the review of a Pod as the API server sends it.
func (w *worker) write(uid, image string) {
	w.body.Reset()
	fmt.Fprintf(&w.body, review, uid, image)
}

const review = `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"%s","kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"requestKind":{"group":"","version":"v1","kind":"Pod"},"requestResource":{"group":"","version":"v1","resource":"pods"},"name":"web-6d4cf56db6-x7k2p","namespace":"default","operation":"CREATE","userInfo":{"username":"system:serviceaccount:kube-system:replicaset-controller","uid":"5b3f7a1e-3d44-4c7e-9f0a-2f1f5d0c8a11","groups":["system:serviceaccounts","system:serviceaccounts:kube-system","system:authenticated"]},"object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-6d4cf56db6-x7k2p","generateName":"web-6d4cf56db6-","namespace":"default","uid":"0f0c8a11-3d44-4c7e-9f0a-2f1f5d0c8a11","creationTimestamp":"2026-11-24T12:00:00Z","labels":{"app":"web","pod-template-hash":"6d4cf56db6"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-6d4cf56db6","uid":"9d0c8a11-3d44-4c7e-9f0a-2f1f5d0c8a11","controller":true,"blockOwnerDeletion":true}]},"spec":{"volumes":[{"name":"kube-api-access-9x2lm","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}}],"defaultMode":420}}],"containers":[{"name":"web","image":"%s","ports":[{"containerPort":8080,"protocol":"TCP"}],"env":[{"name":"LOG_LEVEL","value":"info"}],"resources":{"limits":{"cpu":"500m","memory":"128Mi"},"requests":{"cpu":"250m","memory":"64Mi"}},"volumeMounts":[{"name":"kube-api-access-9x2lm","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","serviceAccount":"default","securityContext":{},"schedulerName":"default-scheduler"},"status":{"phase":"Pending","qosClass":"Burstable"}},"oldObject":null,"dryRun":false,"options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}}`

var errRefused = errors.New("no connection")

func (w *worker) exchange() (int, []byte, error) {
	if w.http2 != nil {
		return w.exchange2()
	}
	if w.connection == nil || (w.reconnect > 0 && w.sent >= w.reconnect) {
		w.close()
		connection, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", w.address, w.tls)
		if err != nil {
			return 0, nil, fmt.Errorf("%w: %w", errRefused, err)
		}
		w.connection, w.reader, w.sent = connection, bufio.NewReader(connection), 0
	}
	w.sent++
	w.message.Reset()
	fmt.Fprintf(&w.message, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", w.path, w.address, w.body.Len())
	w.message.Write(w.body.Bytes())
	w.connection.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := w.connection.Write(w.message.Bytes()); err != nil {
		w.close()
		return 0, nil, err
	}
	response, err := http.ReadResponse(w.reader, nil)
	if err != nil {
		w.close()
		return 0, nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || response.Close {
		w.close()
	}
	return response.StatusCode, body, err
}

func (w *worker) exchange2() (int, []byte, error) {
	response, err := w.http2.Post("https://"+w.address+w.path, "application/json", bytes.NewReader(w.body.Bytes()))
	if failed := new(net.OpError); errors.As(err, &failed) && failed.Op == "dial" {
		return 0, nil, fmt.Errorf("%w: %w", errRefused, err)
	}
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if response.ProtoMajor != 2 {
		return 0, nil, fmt.Errorf("%s, not HTTP/2", response.Proto)
	}
	return response.StatusCode, body, err
}

func (w *worker) close() {
	if w.connection != nil {
		w.connection.Close()
		w.connection = nil
	}
}

func (g *generator) sum(workers []worker) outcome {
	var sum outcome
	var times []time.Duration
	for i := range workers {
		w := &workers[i]
		times = append(times, w.times...)
		sum.Reviews += w.Reviews
		sum.Allowed += w.Allowed
		sum.Denied += w.Denied
		sum.WrongAllow += w.WrongAllow
		sum.WrongDeny += w.WrongDeny
		sum.Failed += w.Failed
		sum.Dropped += w.Dropped
		sum.Refused += w.Refused
		if sum.FirstFailure == "" {
			sum.FirstFailure = w.FirstFailure
		}
	}
	g.serials.Range(func(any, any) bool { sum.Certificates++; return true })
	sum.Seconds = time.Since(g.begun).Seconds()
	sum.PerSecond = float64(sum.Reviews) / sum.Seconds
	slices.Sort(times)
	at := func(part float64) float64 {
		if len(times) == 0 {
			return 0
		}
		return times[min(int(part*float64(len(times))), len(times)-1)].Seconds() * 1000
	}
	sum.P50, sum.P90, sum.P99, sum.Max = at(0.5), at(0.9), at(0.99), at(1)
	return sum
}
