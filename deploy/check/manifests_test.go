// Package check reads the manifests of deploy/ and the chart's output as the API server would, and looks at how their parts
// fit together. MANIFESTS names the folder; scripts/check-deploy fills it.
package check

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	admission "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/yaml"
	podsecurity "k8s.io/pod-security-admission/api"
	podchecks "k8s.io/pod-security-admission/policy"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	strict "sigs.k8s.io/yaml"
)

// What the system that this one replaces calls its webhooks, and what each of them reviews.
var reviewed = map[string][]string{
	"kritis-validation-hook.grafeas.io": {"/v1/pods", "/v1/pods/ephemeralcontainers"},
	"kritis-validation-hook-deployments.grafeas.io": {
		"/v1/podtemplates", "/v1/replicationcontrollers",
		"apps/v1/daemonsets", "apps/v1/deployments", "apps/v1/replicasets", "apps/v1/statefulsets",
		"batch/v1/cronjobs", "batch/v1/jobs",
	},
}

// One set of manifests: a folder of plain ones, or one rendering of the chart.
type set struct {
	deployments []*apps.Deployment
	services    []*core.Service
	configs     []*core.ConfigMap
	accounts    []*core.ServiceAccount
	budgets     []*policy.PodDisruptionBudget
	networks    []*networking.NetworkPolicy
	claims      []*core.PersistentVolumeClaim
	webhooks    []*admission.ValidatingWebhookConfiguration
	issued      []certificate
	issuers     []certificate
}

// The part of cert-manager's Certificate and Issuer that is used here.
type certificate struct {
	APIVersion string          `json:"apiVersion"`
	Kind       string          `json:"kind"`
	Metadata   meta.ObjectMeta `json:"metadata"`
	Spec       struct {
		SelfSigned *struct{} `json:"selfSigned,omitempty"`
		CA         *struct {
			SecretName string `json:"secretName"`
		} `json:"ca,omitempty"`
		CommonName  string   `json:"commonName,omitempty"`
		IsCA        bool     `json:"isCA,omitempty"`
		SecretName  string   `json:"secretName,omitempty"`
		DNSNames    []string `json:"dnsNames,omitempty"`
		Usages      []string `json:"usages,omitempty"`
		Duration    string   `json:"duration,omitempty"`
		RenewBefore string   `json:"renewBefore,omitempty"`
		PrivateKey  *struct {
			Algorithm      string `json:"algorithm"`
			Size           int    `json:"size"`
			RotationPolicy string `json:"rotationPolicy,omitempty"`
		} `json:"privateKey,omitempty"`
		IssuerRef struct {
			Kind string `json:"kind"`
			Name string `json:"name"`
		} `json:"issuerRef"`
	} `json:"spec"`
}

func TestManifests(t *testing.T) {
	folder := os.Getenv("MANIFESTS")
	if folder == "" {
		t.Fatal("MANIFESTS names no folder: run scripts/check-deploy")
	}
	folders, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(folders) == 0 {
		t.Fatal("no manifests in", folder, err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			set := read(t, folder)
			set.podsAreRestricted(t)
			set.mountsLead(t)
			set.selectorsSelect(t)
			set.portsLead(t)
			set.webhooksReviewAll(t)
			set.certificatesFit(t)
		})
	}
}

func read(t *testing.T, folder string) *set {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		admission.AddToScheme, apps.AddToScheme, core.AddToScheme, networking.AddToScheme, policy.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	decoder := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Yaml: true, Strict: true})
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no manifests in", folder, err)
	}
	set := &set{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
		for {
			document, err := documents.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(file, err)
			}
			set.add(t, file, decoder, document)
		}
	}
	return set
}

func (s *set) add(t *testing.T, file string, decoder runtime.Decoder, document []byte) {
	var kind meta.TypeMeta
	if err := strict.Unmarshal(document, &kind); err != nil {
		t.Fatal(file, err)
	}
	if kind.APIVersion == "" {
		if bytes.ContainsFunc(document, func(r rune) bool { return r > ' ' }) && !bytes.HasPrefix(bytes.TrimSpace(document), []byte("#")) {
			t.Errorf("%s: a document of no kind:\n%s", file, document)
		}
		return
	}
	if kind.APIVersion == "cert-manager.io/v1" {
		var found certificate
		if err := strict.UnmarshalStrict(document, &found); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if kind.Kind == "Issuer" {
			s.issuers = append(s.issuers, found)
		} else {
			s.issued = append(s.issued, found)
		}
		return
	}
	object, _, err := decoder.Decode(document, nil, nil)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	switch object := object.(type) {
	case *apps.Deployment:
		s.deployments = append(s.deployments, object)
	case *core.Service:
		s.services = append(s.services, object)
	case *core.ConfigMap:
		s.configs = append(s.configs, object)
	case *core.ServiceAccount:
		s.accounts = append(s.accounts, object)
	case *policy.PodDisruptionBudget:
		s.budgets = append(s.budgets, object)
	case *networking.NetworkPolicy:
		s.networks = append(s.networks, object)
	case *admission.ValidatingWebhookConfiguration:
		s.webhooks = append(s.webhooks, object)
	case *core.PersistentVolumeClaim:
		s.claims = append(s.claims, object)
	case *core.Namespace:
	default:
		t.Errorf("%s: nothing is known here of %T", file, object)
	}
}

// Kubernetes' own rules, at the strictest of its levels, and what they leave open.
func (s *set) podsAreRestricted(t *testing.T) {
	if len(s.deployments) == 0 {
		t.Error("no Deployment")
	}
	evaluator, err := podchecks.NewEvaluator(podchecks.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	for _, deployment := range s.deployments {
		template := deployment.Spec.Template
		for _, result := range evaluator.EvaluatePod(level, &template.ObjectMeta, &template.Spec) {
			if !result.Allowed {
				t.Errorf("%s: %s: %s", deployment.Name, result.ForbiddenReason, result.ForbiddenDetail)
			}
		}
		if token := template.Spec.AutomountServiceAccountToken; token == nil || *token {
			t.Errorf("%s: a service account's token is mounted", deployment.Name)
		}
		for _, container := range template.Spec.Containers {
			if root := container.SecurityContext.ReadOnlyRootFilesystem; root == nil || !*root {
				t.Errorf("%s: the root filesystem can be written", deployment.Name)
			}
			if container.Resources.Limits.Memory().IsZero() {
				t.Errorf("%s: no limit of memory", deployment.Name)
			}
		}
		if !slices.ContainsFunc(s.accounts, func(a *core.ServiceAccount) bool {
			return a.Name == template.Spec.ServiceAccountName && a.Namespace == deployment.Namespace
		}) {
			t.Errorf("%s: no service account %s", deployment.Name, template.Spec.ServiceAccountName)
		}
	}
}

// What is mounted is there, and where the configuration looks there is a mount.
func (s *set) mountsLead(t *testing.T) {
	for _, deployment := range s.deployments {
		spec := deployment.Spec.Template.Spec
		volumes := map[string]bool{}
		for _, volume := range spec.Volumes {
			volumes[volume.Name] = false
			if claim := volume.PersistentVolumeClaim; claim != nil && !slices.ContainsFunc(s.claims, func(c *core.PersistentVolumeClaim) bool {
				return c.Name == claim.ClaimName && c.Namespace == deployment.Namespace
			}) {
				t.Errorf("%s: no claim %s", deployment.Name, claim.ClaimName)
			}
		}
		for _, mount := range spec.Containers[0].VolumeMounts {
			if _, there := volumes[mount.Name]; !there {
				t.Errorf("%s: %s is mounted and no volume", deployment.Name, mount.Name)
			}
			volumes[mount.Name] = true
		}
		for name, mounted := range volumes {
			if !mounted {
				t.Errorf("%s: %s is a volume and not mounted", deployment.Name, name)
			}
		}
		for _, path := range s.configuredPaths(t, deployment) {
			if !slices.ContainsFunc(spec.Containers[0].VolumeMounts, func(m core.VolumeMount) bool {
				return path == m.MountPath || strings.HasPrefix(path, m.MountPath+"/")
			}) {
				t.Errorf("%s: %s is configured and not mounted", deployment.Name, path)
			}
		}
	}
}

// Every path in the configuration that a deployment mounts.
func (s *set) configuredPaths(t *testing.T, deployment *apps.Deployment) (paths []string) {
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case string:
			if strings.HasPrefix(value, "/") {
				paths = append(paths, value)
			}
		case []any:
			for _, item := range value {
				walk(item)
			}
		case map[string]any:
			for _, item := range value {
				walk(item)
			}
		}
	}
	for _, config := range s.configs {
		if config.Name == deployment.Name {
			var value any
			if err := strict.UnmarshalStrict([]byte(config.Data["config.yaml"]), &value); err != nil {
				t.Fatal(err)
			}
			walk(value)
		}
	}
	if len(paths) == 0 {
		t.Errorf("%s: nothing is configured", deployment.Name)
	}
	return paths
}

func (s *set) selectorsSelect(t *testing.T) {
	selected := func(what string, namespace string, selector map[string]string) {
		for _, deployment := range s.deployments {
			if deployment.Namespace == namespace && labels.SelectorFromSet(selector).Matches(labels.Set(deployment.Spec.Template.Labels)) {
				return
			}
		}
		t.Errorf("%s selects nothing", what)
	}
	for _, deployment := range s.deployments {
		selected(deployment.Name, deployment.Namespace, deployment.Spec.Selector.MatchLabels)
	}
	for _, service := range s.services {
		selected(service.Name, service.Namespace, service.Spec.Selector)
	}
	for _, deployment := range s.deployments {
		if *deployment.Spec.Replicas > 1 && len(s.budgets) == 0 {
			t.Error("no PodDisruptionBudget")
		}
	}
	for _, budget := range s.budgets {
		selected("a PodDisruptionBudget", budget.Namespace, budget.Spec.Selector.MatchLabels)
		for _, deployment := range s.deployments {
			if budget.Name == deployment.Name && budget.Spec.MinAvailable.IntVal >= *deployment.Spec.Replicas {
				t.Error("the PodDisruptionBudget lets no node be drained")
			}
		}
	}
	for _, network := range s.networks {
		selected("a NetworkPolicy", network.Namespace, network.Spec.PodSelector.MatchLabels)
		if !slices.Equal(network.Spec.PolicyTypes, []networking.PolicyType{networking.PolicyTypeIngress, networking.PolicyTypeEgress}) {
			t.Error("the NetworkPolicy leaves a direction open")
		}
	}
}

func (s *set) portsLead(t *testing.T) {
	for _, deployment := range s.deployments {
		container := deployment.Spec.Template.Spec.Containers[0]
		named := map[string]bool{}
		for _, port := range container.Ports {
			named[port.Name] = true
		}
		for _, probe := range []*core.Probe{container.LivenessProbe, container.ReadinessProbe} {
			if !named[probe.HTTPGet.Port.StrVal] {
				t.Errorf("no port %s", probe.HTTPGet.Port.StrVal)
			}
		}
		for _, service := range s.services {
			for _, port := range service.Spec.Ports {
				if service.Name == deployment.Name && !named[port.TargetPort.StrVal] {
					t.Errorf("no port %s", port.TargetPort.StrVal)
				}
			}
		}
		for _, network := range s.networks {
			for _, rule := range network.Spec.Ingress {
				for _, port := range rule.Ports {
					if network.Name == deployment.Name && !named[port.Port.StrVal] {
						t.Errorf("no port %s", port.Port.StrVal)
					}
				}
			}
		}
	}
}

func (s *set) webhooksReviewAll(t *testing.T) {
	for _, configuration := range s.webhooks {
		names := map[string]bool{}
		for _, webhook := range configuration.Webhooks {
			names[webhook.Name] = true
			var resources []string
			for _, rule := range webhook.Rules {
				if !slices.Equal(rule.Operations, []admission.OperationType{admission.Create, admission.Update}) {
					t.Errorf("%s: reviews %v only", webhook.Name, rule.Operations)
				}
				for _, resource := range rule.Resources {
					resources = append(resources, rule.APIGroups[0]+"/"+rule.APIVersions[0]+"/"+resource)
				}
			}
			slices.Sort(resources)
			if !slices.Equal(resources, reviewed[webhook.Name]) {
				t.Errorf("%s reviews %v", webhook.Name, resources)
			}
			if *webhook.FailurePolicy != admission.Fail || *webhook.MatchPolicy != admission.Equivalent || *webhook.SideEffects != admission.SideEffectClassNone {
				t.Errorf("%s: is not as it should be", webhook.Name)
			}
			s.serviceIsThere(t, webhook)
			s.namespaces(t, webhook)
		}
		if want := slices.Sorted(maps.Keys(reviewed)); !slices.Equal(slices.Sorted(maps.Keys(names)), want) {
			t.Errorf("webhooks %v, not %v", names, want)
		}
	}
}

func (s *set) serviceIsThere(t *testing.T, webhook admission.ValidatingWebhook) {
	named := webhook.ClientConfig.Service
	for _, service := range s.services {
		if service.Name == named.Name && service.Namespace == named.Namespace {
			for _, port := range service.Spec.Ports {
				if port.Port == *named.Port && port.Name == "https" {
					return
				}
			}
		}
	}
	t.Errorf("%s: no service %s/%s", webhook.Name, named.Namespace, named.Name)
}

// The namespace of the webhook itself is not reviewed, and every other one is unless a label says so.
func (s *set) namespaces(t *testing.T, webhook admission.ValidatingWebhook) {
	selector, err := meta.LabelSelectorAsSelector(webhook.NamespaceSelector)
	if err != nil {
		t.Fatal(err)
	}
	for _, namespace := range []struct {
		labels labels.Set
		review bool
	}{
		{labels.Set{"kubernetes.io/metadata.name": "default"}, true},
		{labels.Set{"kubernetes.io/metadata.name": "default", "kritis-validation": "enabled"}, true},
		{labels.Set{"kubernetes.io/metadata.name": "default", "kritis-validation": "disabled"}, false},
		{labels.Set{"kubernetes.io/metadata.name": "kube-system"}, false},
		{labels.Set{"kubernetes.io/metadata.name": webhook.ClientConfig.Service.Namespace}, false},
	} {
		if selector.Matches(namespace.labels) != namespace.review {
			t.Errorf("%s: %v: reviewed: %v", webhook.Name, namespace.labels, !namespace.review)
		}
	}
}

// The certificate is for the name that the API server calls, goes where the pods read it, and each issuer is there.
func (s *set) certificatesFit(t *testing.T) {
	for _, configuration := range s.webhooks {
		from := configuration.Annotations["cert-manager.io/inject-ca-from"]
		if from == "" {
			continue
		}
		index := slices.IndexFunc(s.issued, func(c certificate) bool { return c.Metadata.Namespace+"/"+c.Metadata.Name == from })
		if index < 0 {
			t.Errorf("no certificate %s", from)
			continue
		}
		spec, service := s.issued[index].Spec, configuration.Webhooks[0].ClientConfig.Service
		if !slices.Contains(spec.DNSNames, service.Name+"."+service.Namespace+".svc") {
			t.Errorf("the certificate is for %v", spec.DNSNames)
		}
		mounted := func(d *apps.Deployment) bool {
			return slices.ContainsFunc(d.Spec.Template.Spec.Volumes, func(v core.Volume) bool {
				return v.Secret != nil && v.Secret.SecretName == spec.SecretName
			})
		}
		if !slices.ContainsFunc(s.deployments, mounted) {
			t.Errorf("nothing mounts %s", spec.SecretName)
		}
	}
	for _, issued := range s.issued {
		ref := issued.Spec.IssuerRef
		if ref.Kind == "Issuer" && !slices.ContainsFunc(s.issuers, func(c certificate) bool { return c.Metadata.Name == ref.Name }) {
			t.Errorf("no issuer %s", ref.Name)
		}
	}
	for _, issuer := range s.issuers {
		signs := func(c certificate) bool { return c.Spec.IsCA && c.Spec.SecretName == issuer.Spec.CA.SecretName }
		if issuer.Spec.CA != nil && !slices.ContainsFunc(s.issued, signs) {
			t.Errorf("%s: no authority %s", issuer.Metadata.Name, issuer.Spec.CA.SecretName)
		}
	}
}
