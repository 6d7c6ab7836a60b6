/* Calls as they should not be: each is a status, never a crash, and the outputs are as the header says. */
#include "check.h"

static const char ALLOWS_ALL[] =
    "{\"apiVersion\":\"dokimos.dev/v1\",\"kind\":\"Policy\",\"default\":{\"evaluation\":\"ALWAYS_ALLOW\"}}";
static const char PEM[] = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
/* Longer than any object, so that nothing may be read. */
static const size_t HUGE_LENGTHS[] = {(size_t)-1, (size_t)PTRDIFF_MAX + 1};
/* 0xff is never UTF-8; the rest is cut off, overlong, a surrogate, and beyond Unicode. */
static const char *const NOT_UTF8[] = {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"};

/* The call fails with the status, its error says where, and a call without an error object does the same. */
#define FAILS(expected, where, call)                       \
    do {                                                   \
        dokimos_error *error = NULL, **error_place = &error; \
        CHECK((call) == (expected));                       \
        check_error(error, (expected), (where), #call);    \
        dokimos_error_free(error);                         \
        error_place = NULL;                                \
        CHECK((call) == (expected));                       \
    } while (0)

static void check_error(const dokimos_error *error, dokimos_status expected, const char *where, const char *call) {
    CHECK(error != NULL);
    CHECK(dokimos_error_status(error) == expected);
    CHECK(dokimos_error_problem_count(error) >= 1);
    CHECK(dokimos_error_slug(error, 0).len > 0);
    CHECK(dokimos_error_message(error, 0).len > 0);
    CHECK_CASE(is(dokimos_error_path(error, 0), where), call);
    CHECK(is_none(dokimos_error_slug(error, dokimos_error_problem_count(error))));
    CHECK(is_none(dokimos_error_message(error, (size_t)-1)));
    CHECK(is_none(dokimos_error_path(error, (size_t)-1)));
}

/* A pointer that is not NULL and at which nothing may be read. */
static const char *nowhere(void) { return (const char *)(uintptr_t)1; }

static void policies(void);
static void evaluations(void);
static void sets(void);
static void contexts(void);
static void references(void);
static void keys(void);
static void batches(void);
static void missing_handles(void);
static void numbers(void);
static void orders(void);

int main(void) {
    policies();
    evaluations();
    sets();
    contexts();
    references();
    keys();
    batches();
    missing_handles();
    numbers();
    orders();
    return passed("misuse");
}

static void policies(void) {
    dokimos_policy *policy;
    dokimos_error *error = NULL;
    const char two_problems[] = "{\"apiVersion\":\"dokimos.dev/v1\",\"kind\":\"Policy\",\"extra\":1,\"rules\":[{\"name\":1}]}";
    size_t i;
    FAILS(DOKIMOS_NULL_ARGUMENT, "policy", dokimos_policy_from_json(ALLOWS_ALL, strlen(ALLOWS_ALL), NULL, error_place));
    policy = (dokimos_policy *)(uintptr_t)1;
    FAILS(DOKIMOS_NULL_ARGUMENT, "json", dokimos_policy_from_json(NULL, 1, &policy, error_place));
    CHECK(policy == NULL);
    for (i = 0; i < sizeof HUGE_LENGTHS / sizeof *HUGE_LENGTHS; i++)
        FAILS(DOKIMOS_INVALID_LENGTH, "json", dokimos_policy_from_json(nowhere(), HUGE_LENGTHS[i], &policy, error_place));
    FAILS(DOKIMOS_INVALID_POLICY, "", dokimos_policy_from_json(NULL, 0, &policy, error_place));
    FAILS(DOKIMOS_INVALID_POLICY, "", dokimos_policy_from_json(nowhere(), 0, &policy, error_place));
    FAILS(DOKIMOS_INVALID_POLICY, "", dokimos_policy_from_json("\xff\xfe\0", 3, &policy, error_place));
    for (i = 0; i < strlen(ALLOWS_ALL); i++) {
        /* Cut off at each byte, in memory of that length. */
        char *part = (char *)malloc(i + 1);
        memcpy(part, ALLOWS_ALL, i);
        CHECK(dokimos_policy_from_json(part, i, &policy, NULL) == DOKIMOS_INVALID_POLICY);
        free(part);
    }
    /* Every problem is told. */
    CHECK(dokimos_policy_from_json(two_problems, strlen(two_problems), &policy, &error) == DOKIMOS_INVALID_POLICY);
    CHECK(dokimos_error_problem_count(error) >= 2);
    for (i = 0; i < dokimos_error_problem_count(error); i++) CHECK(dokimos_error_message(error, i).len > 0);
    dokimos_error_free(error);
    /* What was left in the place of the error is not taken for this call's. */
    error = (dokimos_error *)(uintptr_t)1;
    CHECK(dokimos_policy_from_json(ALLOWS_ALL, strlen(ALLOWS_ALL), &policy, &error) == DOKIMOS_OK);
    CHECK(policy != NULL && error == NULL);
    dokimos_policy_free(policy);
    FAILS(DOKIMOS_NULL_ARGUMENT, "policy", dokimos_policy_from_yaml("a: b", 4, NULL, error_place));
    if (dokimos_has_yaml()) {
        FAILS(DOKIMOS_INVALID_POLICY, "", dokimos_policy_from_yaml("- b", 3, &policy, error_place));
        FAILS(DOKIMOS_INVALID_LENGTH, "yaml", dokimos_policy_from_yaml(nowhere(), (size_t)-1, &policy, error_place));
    } else {
        FAILS(DOKIMOS_NOT_SUPPORTED, "", dokimos_policy_from_yaml("a: b", 4, &policy, error_place));
    }
    CHECK(policy == NULL);
}

static void evaluations(void) {
    dokimos_policy *policy;
    dokimos_report *report;
    const int64_t times[] = {INT64_MIN, -1, 0, INT64_MAX};
    size_t i;
    CHECK(dokimos_policy_from_json(ALLOWS_ALL, strlen(ALLOWS_ALL), &policy, NULL) == DOKIMOS_OK);
    FAILS(DOKIMOS_NULL_ARGUMENT, "report", dokimos_policy_evaluate(policy, "a", 1, NULL, NULL, 0, NULL, error_place));
    report = (dokimos_report *)(uintptr_t)1;
    FAILS(DOKIMOS_NULL_ARGUMENT, "policy", dokimos_policy_evaluate(NULL, "a", 1, NULL, NULL, 0, &report, error_place));
    CHECK(report == NULL);
    FAILS(DOKIMOS_NULL_ARGUMENT, "image", dokimos_policy_evaluate(policy, NULL, 1, NULL, NULL, 0, &report, error_place));
    for (i = 0; i < sizeof HUGE_LENGTHS / sizeof *HUGE_LENGTHS; i++)
        FAILS(DOKIMOS_INVALID_LENGTH, "image",
              dokimos_policy_evaluate(policy, nowhere(), HUGE_LENGTHS[i], NULL, NULL, 0, &report, error_place));
    for (i = 0; i < sizeof NOT_UTF8 / sizeof *NOT_UTF8; i++)
        FAILS(DOKIMOS_INVALID_UTF8, "image",
              dokimos_policy_evaluate(policy, NOT_UTF8[i], strlen(NOT_UTF8[i]), NULL, NULL, 0, &report, error_place));
    CHECK(report == NULL);
    /* What is no reference is a denial, not an error: nothing, and a NUL in the middle. */
    CHECK(dokimos_policy_evaluate(policy, NULL, 0, NULL, NULL, 0, &report, NULL) == DOKIMOS_OK);
    CHECK(!dokimos_report_is_allowed(report));
    CHECK(dokimos_report_reason(report) == DOKIMOS_REASON_INVALID_REFERENCE);
    dokimos_report_free(report);
    CHECK(dokimos_policy_evaluate(policy, "alpine\0evil", 11, NULL, NULL, 0, &report, NULL) == DOKIMOS_OK);
    CHECK(!dokimos_report_is_allowed(report));
    CHECK(dokimos_report_image(report).len == 11);
    dokimos_report_free(report);
    for (i = 0; i < sizeof times / sizeof *times; i++) {
        CHECK(dokimos_policy_evaluate(policy, "alpine", 6, NULL, NULL, times[i], &report, NULL) == DOKIMOS_OK);
        CHECK(dokimos_report_is_allowed(report));
        CHECK(is(dokimos_report_message(report), "image alpine is allowed without attestation"));
        CHECK(is(dokimos_report_rule(report), "default"));
        dokimos_report_free(report);
    }
    dokimos_policy_free(policy);
}

static void sets(void) {
    dokimos_attestations *set;
    size_t added = 7, i;
    FAILS(DOKIMOS_NULL_ARGUMENT, "attestations", dokimos_attestations_new(NULL, error_place));
    CHECK(dokimos_attestations_new(&set, NULL) == DOKIMOS_OK);
    FAILS(DOKIMOS_NULL_ARGUMENT, "attestations", dokimos_attestations_add(NULL, "", 0, "{}", 2, &added, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "source", dokimos_attestations_add(set, NULL, 1, "{}", 2, &added, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "document", dokimos_attestations_add(set, "", 0, NULL, 2, &added, error_place));
    for (i = 0; i < sizeof HUGE_LENGTHS / sizeof *HUGE_LENGTHS; i++) {
        FAILS(DOKIMOS_INVALID_LENGTH, "source",
              dokimos_attestations_add(set, nowhere(), HUGE_LENGTHS[i], "{}", 2, &added, error_place));
        FAILS(DOKIMOS_INVALID_LENGTH, "document",
              dokimos_attestations_add(set, "", 0, nowhere(), HUGE_LENGTHS[i], &added, error_place));
    }
    for (i = 0; i < sizeof NOT_UTF8 / sizeof *NOT_UTF8; i++)
        FAILS(DOKIMOS_INVALID_UTF8, "source",
              dokimos_attestations_add(set, NOT_UTF8[i], strlen(NOT_UTF8[i]), "{}", 2, &added, error_place));
    FAILS(DOKIMOS_INVALID_ATTESTATIONS, "", dokimos_attestations_add(set, "", 0, "", 0, &added, error_place));
    FAILS(DOKIMOS_INVALID_ATTESTATIONS, "[0]", dokimos_attestations_add(set, "", 0, "[1]", 3, &added, error_place));
    CHECK(added == 7 && dokimos_attestations_count(set) == 0);
    /* An empty page of occurrences; nobody asks how many it holds. */
    CHECK(dokimos_attestations_add(set, NULL, 0, "{}", 2, NULL, NULL) == DOKIMOS_OK);
    CHECK(dokimos_attestations_add(set, NULL, 0, "{}", 2, &added, NULL) == DOKIMOS_OK && added == 0);
    FAILS(DOKIMOS_INVALID_ATTESTATIONS, "payload",
          dokimos_attestations_add_detached(set, "s", 1, NULL, 0, "s", 1, NULL, 0, error_place));
    FAILS(DOKIMOS_INVALID_ATTESTATIONS, "signature",
          dokimos_attestations_add_detached(set, "s", 1, "p", 1, NULL, 0, NULL, 0, error_place));
    FAILS(DOKIMOS_INVALID_ATTESTATIONS, "keyId",
          dokimos_attestations_add_detached(set, "s", 1, "p", 1, "s", 1, "", 0, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "key_id",
          dokimos_attestations_add_detached(set, "s", 1, "p", 1, "s", 1, NULL, 1, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "attestations",
          dokimos_attestations_add_detached(NULL, "s", 1, "p", 1, "s", 1, NULL, 0, error_place));
    FAILS(DOKIMOS_INVALID_LENGTH, "signature",
          dokimos_attestations_add_detached(set, "s", 1, "p", 1, nowhere(), (size_t)-1, NULL, 0, error_place));
    CHECK(dokimos_attestations_add_detached(set, "s", 1, "p", 1, "s", 1, NULL, 0, NULL) == DOKIMOS_OK);
    CHECK(dokimos_attestations_add_detached(set, "s", 1, "p\0", 2, "\0", 1, "k", 1, NULL) == DOKIMOS_OK);
    CHECK(dokimos_attestations_count(set) == 2);
    dokimos_attestations_free(set);
}

static void contexts(void) {
    dokimos_context *context;
    size_t i;
    FAILS(DOKIMOS_NULL_ARGUMENT, "context", dokimos_context_new(NULL, error_place));
    CHECK(dokimos_context_new(&context, NULL) == DOKIMOS_OK);
    FAILS(DOKIMOS_NULL_ARGUMENT, "context", dokimos_context_set_cluster(NULL, "a", 1, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "context", dokimos_context_set_namespace(NULL, "a", 1, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "context", dokimos_context_set_service_account(NULL, "a", 1, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "context", dokimos_context_add_annotation(NULL, "a", 1, "b", 1, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "cluster", dokimos_context_set_cluster(context, NULL, 1, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "value", dokimos_context_add_annotation(context, "a", 1, NULL, 1, error_place));
    for (i = 0; i < sizeof NOT_UTF8 / sizeof *NOT_UTF8; i++) {
        const char *bad = NOT_UTF8[i];
        FAILS(DOKIMOS_INVALID_UTF8, "cluster", dokimos_context_set_cluster(context, bad, strlen(bad), error_place));
        FAILS(DOKIMOS_INVALID_UTF8, "name", dokimos_context_set_namespace(context, bad, strlen(bad), error_place));
        FAILS(DOKIMOS_INVALID_UTF8, "service_account",
              dokimos_context_set_service_account(context, bad, strlen(bad), error_place));
        FAILS(DOKIMOS_INVALID_UTF8, "name",
              dokimos_context_add_annotation(context, bad, strlen(bad), "b", 1, error_place));
        FAILS(DOKIMOS_INVALID_UTF8, "value",
              dokimos_context_add_annotation(context, "a", 1, bad, strlen(bad), error_place));
    }
    FAILS(DOKIMOS_INVALID_LENGTH, "name", dokimos_context_set_namespace(context, nowhere(), (size_t)-1, error_place));
    dokimos_context_free(context);
}

static void references(void) {
    dokimos_reference *reference;
    FAILS(DOKIMOS_NULL_ARGUMENT, "reference", dokimos_reference_parse("a", 1, NULL, error_place));
    reference = (dokimos_reference *)(uintptr_t)1;
    FAILS(DOKIMOS_NULL_ARGUMENT, "image", dokimos_reference_parse(NULL, 1, &reference, error_place));
    CHECK(reference == NULL);
    FAILS(DOKIMOS_INVALID_LENGTH, "image", dokimos_reference_parse(nowhere(), (size_t)-1, &reference, error_place));
    FAILS(DOKIMOS_INVALID_UTF8, "image", dokimos_reference_parse("\xff", 1, &reference, error_place));
    FAILS(DOKIMOS_INVALID_REFERENCE, "", dokimos_reference_parse(NULL, 0, &reference, error_place));
    FAILS(DOKIMOS_INVALID_REFERENCE, "", dokimos_reference_parse("a\0", 2, &reference, error_place));
    CHECK(dokimos_reference_parse("Index.Docker.io/alpine:3.18", 27, &reference, NULL) == DOKIMOS_OK);
    CHECK(is(dokimos_reference_as_given(reference), "Index.Docker.io/alpine:3.18"));
    CHECK(is(dokimos_reference_canonical(reference), "docker.io/library/alpine:3.18"));
    CHECK(is(dokimos_reference_repository(reference), "docker.io/library/alpine"));
    CHECK(is(dokimos_reference_domain(reference), "docker.io"));
    CHECK(is(dokimos_reference_path(reference), "library/alpine"));
    CHECK(is(dokimos_reference_tag(reference), "3.18"));
    CHECK(is_none(dokimos_reference_digest(reference)));
    dokimos_reference_free(reference);
    CHECK(dokimos_reference_parse("a@sha256:0123456789012345678901234567890123456789012345678901234567890123", 73,
                                  &reference, NULL) == DOKIMOS_OK);
    CHECK(is_none(dokimos_reference_tag(reference)));
    CHECK(is(dokimos_reference_digest(reference),
             "sha256:0123456789012345678901234567890123456789012345678901234567890123"));
    dokimos_reference_free(reference);
}

static void keys(void) {
    dokimos_key *key;
    const char *name = "RSA_PSS_2048_SHA256";
    size_t len = strlen(name);
    FAILS(DOKIMOS_NULL_ARGUMENT, "key", dokimos_key_from_pem(PEM, strlen(PEM), name, len, NULL, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "key", dokimos_key_from_der(PEM, strlen(PEM), name, len, NULL, error_place));
    key = (dokimos_key *)(uintptr_t)1;
    FAILS(DOKIMOS_NULL_ARGUMENT, "pem", dokimos_key_from_pem(NULL, 1, name, len, &key, error_place));
    CHECK(key == NULL);
    FAILS(DOKIMOS_NULL_ARGUMENT, "algorithm", dokimos_key_from_pem(PEM, strlen(PEM), NULL, 1, &key, error_place));
    FAILS(DOKIMOS_INVALID_LENGTH, "der", dokimos_key_from_der(nowhere(), (size_t)-1, name, len, &key, error_place));
    FAILS(DOKIMOS_INVALID_ALGORITHM, "", dokimos_key_from_pem(PEM, strlen(PEM), "none", 4, &key, error_place));
    FAILS(DOKIMOS_INVALID_ALGORITHM, "", dokimos_key_from_der(PEM, strlen(PEM), NULL, 0, &key, error_place));
    FAILS(DOKIMOS_INVALID_UTF8, "algorithm", dokimos_key_from_der(PEM, strlen(PEM), "\xff", 1, &key, error_place));
    FAILS(DOKIMOS_INVALID_KEY, "", dokimos_key_from_pem(PEM, strlen(PEM), name, len, &key, error_place));
    FAILS(DOKIMOS_INVALID_KEY, "", dokimos_key_from_pem(NULL, 0, name, len, &key, error_place));
    FAILS(DOKIMOS_INVALID_KEY, "", dokimos_key_from_der("\x30\x80", 2, name, len, &key, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "key", dokimos_key_verify(NULL, "a", 1, "b", 1, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "key", dokimos_key_set_salt_length(NULL, 32, error_place));
    CHECK(key == NULL);
}

static void batches(void) {
    dokimos_signed_message message = {NULL, "a", 1, "b", 1};
    dokimos_status status = 12345;
    CHECK(dokimos_verify_batch(NULL, 0, NULL, NULL) == DOKIMOS_OK);
    FAILS(DOKIMOS_NULL_ARGUMENT, "messages", dokimos_verify_batch(NULL, 1, &status, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "statuses", dokimos_verify_batch(&message, 1, NULL, error_place));
    FAILS(DOKIMOS_NULL_ARGUMENT, "messages[].key", dokimos_verify_batch(&message, 1, &status, error_place));
    FAILS(DOKIMOS_INVALID_LENGTH, "statuses", dokimos_verify_batch(&message, (size_t)-1, &status, error_place));
    /* As many as fit into the statuses, but not into the messages. */
    FAILS(DOKIMOS_INVALID_LENGTH, "messages",
          dokimos_verify_batch(&message, (size_t)PTRDIFF_MAX / sizeof status, &status, error_place));
    CHECK(status == 12345);
}

/* Every function that only reads takes NULL, and every `_free` does. */
static void missing_handles(void) {
    dokimos_str (*const texts[])(const dokimos_report *) = {
        dokimos_report_decision, dokimos_report_reason_code, dokimos_report_reason_detail, dokimos_report_message,
        dokimos_report_image, dokimos_report_rule, dokimos_report_enforcement, dokimos_report_exempted_by,
        dokimos_report_break_glass_annotation, dokimos_report_break_glass_value, dokimos_report_json};
    dokimos_str (*const parts[])(const dokimos_reference *) = {
        dokimos_reference_as_given, dokimos_reference_canonical, dokimos_reference_domain, dokimos_reference_path,
        dokimos_reference_repository, dokimos_reference_tag, dokimos_reference_digest};
    size_t i;
    for (i = 0; i < sizeof texts / sizeof *texts; i++) CHECK(is_none(texts[i](NULL)));
    for (i = 0; i < sizeof parts / sizeof *parts; i++) CHECK(is_none(parts[i](NULL)));
    CHECK(!dokimos_report_is_allowed(NULL) && !dokimos_report_is_dry_run_violation(NULL));
    CHECK(dokimos_report_reason(NULL) == 0 && dokimos_report_attestor_count(NULL) == 0);
    CHECK(is_none(dokimos_report_attestor_name(NULL, 0)) && !dokimos_report_attestor_is_satisfied(NULL, 0));
    CHECK(dokimos_report_attestation_count(NULL, 0) == 0 && dokimos_report_attestation_outcome(NULL, 0, 0) == 0);
    CHECK(is_none(dokimos_report_attestation_source(NULL, 0, 0)));
    CHECK(is_none(dokimos_report_attestation_key_id(NULL, 0, 0)));
    CHECK(is_none(dokimos_report_attestation_outcome_code(NULL, 0, 0)));
    CHECK(is_none(dokimos_report_attestation_outcome_detail(NULL, 0, 0)));
    CHECK(dokimos_attestations_count(NULL) == 0 && is_none(dokimos_key_id(NULL)) && dokimos_key_modulus_bits(NULL) == 0);
    CHECK(dokimos_error_status(NULL) == DOKIMOS_OK && dokimos_error_problem_count(NULL) == 0);
    CHECK(is_none(dokimos_error_slug(NULL, 0)) && is_none(dokimos_error_message(NULL, 0)));
    CHECK(is_none(dokimos_error_path(NULL, 0)));
    dokimos_policy_free(NULL);
    dokimos_attestations_free(NULL);
    dokimos_context_free(NULL);
    dokimos_report_free(NULL);
    dokimos_reference_free(NULL);
    dokimos_key_free(NULL);
    dokimos_error_free(NULL);
}

static void numbers(void) {
    const int32_t none[] = {INT32_MIN, -1, 0, 1, 99, 104, 199, 206, 299, 312, 399, 401, INT32_MAX};
    char version[32];
    size_t i;
    for (i = 0; i < sizeof none / sizeof *none; i++) {
        CHECK(is_none(dokimos_reason_code(none[i])) && is_none(dokimos_reason_description(none[i])));
        CHECK(!dokimos_reason_allows(none[i]));
    }
    CHECK(is_none(dokimos_status_name(INT32_MIN)) && is_none(dokimos_status_name(1)));
    CHECK(is(dokimos_status_name(DOKIMOS_OK), "OK") && is(dokimos_status_name(DOKIMOS_INTERNAL), "INTERNAL"));
    CHECK(dokimos_reason_count() > 20);
    for (i = 0; i < dokimos_reason_count(); i++) {
        int32_t reason = dokimos_reason_at(i);
        CHECK(i == 0 || dokimos_reason_at(i - 1) < reason);
        CHECK(dokimos_reason_code(reason).len > 0 && dokimos_reason_description(reason).len > 0);
        CHECK(dokimos_reason_allows(reason) == (reason < 200));
    }
    CHECK(dokimos_reason_at(i) == 0 && dokimos_reason_at((size_t)-1) == 0);
    CHECK(is(dokimos_reason_code(DOKIMOS_REASON_TAG_REFERENCE), "TAG_REFERENCE"));

    CHECK(strcmp(dokimos_version(), DOKIMOS_VERSION) == 0);
    CHECK(dokimos_version_number() == DOKIMOS_VERSION_NUMBER && dokimos_abi_version() == DOKIMOS_ABI_VERSION);
    snprintf(version, sizeof version, "%d.%d.%d", DOKIMOS_VERSION_MAJOR, DOKIMOS_VERSION_MINOR, DOKIMOS_VERSION_PATCH);
    CHECK(strcmp(version, DOKIMOS_VERSION) == 0);
}

/* No handle needs another: everything that went into a report may be gone before it, in every order. */
static void orders(void) {
    int order;
    for (order = 0; order < 24; order++) {
        dokimos_policy *policy;
        dokimos_attestations *set;
        dokimos_context *context;
        dokimos_report *report;
        int left[4] = {0, 1, 2, 3}, rest = order, n, i;
        CHECK(dokimos_policy_from_json(ALLOWS_ALL, strlen(ALLOWS_ALL), &policy, NULL) == DOKIMOS_OK);
        CHECK(dokimos_attestations_new(&set, NULL) == DOKIMOS_OK);
        CHECK(dokimos_context_new(&context, NULL) == DOKIMOS_OK);
        CHECK(dokimos_policy_evaluate(policy, "alpine", 6, set, context, 0, &report, NULL) == DOKIMOS_OK);
        for (n = 4; n > 0; n--) {
            int pick = left[rest % n];
            for (i = rest % n; i < n - 1; i++) left[i] = left[i + 1];
            rest /= n;
            if (pick == 0) dokimos_policy_free(policy);
            if (pick == 1) dokimos_attestations_free(set);
            if (pick == 2) dokimos_context_free(context);
            if (pick == 3) {
                CHECK(is(dokimos_report_image(report), "alpine"));
                dokimos_report_free(report);
            }
        }
    }
}
