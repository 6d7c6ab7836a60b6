/*
 * libdokimos: decides offline whether a container image may run.
 *
 *     dokimos_policy *policy;
 *     dokimos_report *report;
 *     if (dokimos_policy_from_json(json, json_len, &policy, NULL) != DOKIMOS_OK) return refuse();
 *     if (dokimos_policy_evaluate(policy, image, strlen(image), attestations, context, time(NULL), &report, NULL)
 *         != DOKIMOS_OK) return refuse();
 *     admit = dokimos_report_is_allowed(report);
 *
 * Conventions, which hold for every function:
 *
 * Status    A function that can fail gives a dokimos_status: 0 (DOKIMOS_OK), or why it did nothing. Statuses are
 *           integers, never reused; treat one that you do not know as a failure. Who wants to know more passes the
 *           address of a `dokimos_error *` as the last argument: it is set to NULL with DOKIMOS_OK, and else to an
 *           object that the caller frees (with DOKIMOS_INTERNAL it may be NULL). NULL as the last argument asks for no
 *           object. There is no thread-local and no global state.
 * Denials   A denial is a report, not an error. An error is no decision, and must not admit.
 * Handles   Opaque; made by a function that writes them through its `**` argument, and freed by the `_free` function of
 *           their type, which ignores NULL. No handle keeps or needs another: free them in any order.
 * Results   A result is written only with DOKIMOS_OK, except that a handle argument is set to NULL first.
 * Bytes in  A byte string is a pointer and a length, is only read, and only until the call returns; it may hold NUL.
 *           The pointer may be NULL if the length is 0. What is text must be UTF-8.
 * Text out  A dokimos_str is a view: it belongs to the handle that it was asked of, is good until that is freed, and
 *           has no NUL at its end; print it with `%.*s`. What has no handle argument gives text that is always good.
 * NULL      A required pointer that is NULL is DOKIMOS_NULL_ARGUMENT; the functions that only read a report, reference,
 *           error, key, set, review or response take NULL, and give 0, false or no text.
 * Threads   A `const` handle may be used by any number of threads at the same time; a handle that is not `const` by one
 *           thread alone. Every function may be called from every thread.
 * Panics    A defect of the library becomes DOKIMOS_INTERNAL, or 0, false, no text; no panic or exception leaves it. A
 *           memory request that the system refuses ends the process.
 */

#ifndef DOKIMOS_H
#define DOKIMOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version of this header as text; dokimos_version() gives that of the library. */
#define DOKIMOS_VERSION "0.1.0"

// The first number of the version of this header.
#define DOKIMOS_VERSION_MAJOR 0

// The second number of the version of this header.
#define DOKIMOS_VERSION_MINOR 1

// The third number of the version of this header.
#define DOKIMOS_VERSION_PATCH 0

// The version of this header as one number that grows with it: 10000 times the first, 100 times the second, the third.
#define DOKIMOS_VERSION_NUMBER 100

// Grows whenever a program that was built with an older header would no longer work.
#define DOKIMOS_ABI_VERSION 1

// Done.
#define DOKIMOS_OK 0

// A pointer is NULL that may not be.
#define DOKIMOS_NULL_ARGUMENT 100

// A length is larger than any object can be.
#define DOKIMOS_INVALID_LENGTH 101

// A text is not UTF-8.
#define DOKIMOS_INVALID_UTF8 102

// The document is not a policy.
#define DOKIMOS_INVALID_POLICY 200

// The document holds no attestations.
#define DOKIMOS_INVALID_ATTESTATIONS 201

// The text is not an image reference.
#define DOKIMOS_INVALID_REFERENCE 202

// The bytes are not a public key, or not one that is accepted.
#define DOKIMOS_INVALID_KEY 203

// The name is not that of an algorithm that can be verified.
#define DOKIMOS_INVALID_ALGORITHM 204

// The document is not a request for admission that could be answered.
#define DOKIMOS_INVALID_REVIEW 205

// The signature does not verify.
#define DOKIMOS_INVALID_SIGNATURE 300

// The library was built without what was asked for.
#define DOKIMOS_NOT_SUPPORTED 400

// A defect of the library. Nothing was decided; take it for a no.
#define DOKIMOS_INTERNAL 900

// On `UPDATE`, decide on every image, not only on those that the object did not have before.
#define DOKIMOS_ADMISSION_EVALUATE_UNCHANGED 1

// Leave `status.reason` out of a denial, so that kubectl begins its line with `Error from server: `.
#define DOKIMOS_ADMISSION_OMIT_STATUS_REASON 2

// The attestations that the rule requires are there and valid.
#define DOKIMOS_REASON_ATTESTED 100

// A pattern of the allowlist exempts the image.
#define DOKIMOS_REASON_ALLOWLISTED 101

// The break-glass annotation admits the image; nothing was verified.
#define DOKIMOS_REASON_BREAK_GLASS 102

// The rule allows every image that it matches.
#define DOKIMOS_REASON_ALWAYS_ALLOW 103

// No rule matches and the policy has no default.
#define DOKIMOS_REASON_NO_RULE 200

// The rule denies every image that it matches.
#define DOKIMOS_REASON_ALWAYS_DENY 201

// The rule requires attestations and the image is named by a tag, which can change; name it by its digest.
#define DOKIMOS_REASON_TAG_REFERENCE 202

// The image reference cannot be parsed.
#define DOKIMOS_REASON_INVALID_REFERENCE 203

// A rule depends on a cluster, namespace or service account that was not given.
#define DOKIMOS_REASON_CONTEXT_INCOMPLETE 204

// Some of the attestors that the rule requires are satisfied, and others are not.
#define DOKIMOS_REASON_ATTESTOR_NOT_SATISFIED 205

// There is no attestation for the image by the attestor.
#define DOKIMOS_REASON_NO_ATTESTATION 300

// The attestation is in a format that is not supported.
#define DOKIMOS_REASON_UNSUPPORTED_FORMAT 301

// The attestation cannot be read.
#define DOKIMOS_REASON_ATTESTATION_UNREADABLE 302

// The signature names a key id that no key of the policy has.
#define DOKIMOS_REASON_UNKNOWN_KEY 303

// The key's window of validity has not begun.
#define DOKIMOS_REASON_KEY_NOT_YET_VALID 304

// The key's window of validity has ended.
#define DOKIMOS_REASON_KEY_EXPIRED 305

// The signature does not verify with the key.
#define DOKIMOS_REASON_BAD_SIGNATURE 306

// The signature was made by the key, but with another algorithm than the policy states for it.
#define DOKIMOS_REASON_ALGORITHM_MISMATCH 307

// The signature is valid, and the payload is not one that can be read.
#define DOKIMOS_REASON_PAYLOAD_UNREADABLE 308

// The signature is valid for another image digest.
#define DOKIMOS_REASON_DIGEST_MISMATCH 309

// The signature is valid for this digest in another repository.
#define DOKIMOS_REASON_REPOSITORY_MISMATCH 310

// The signature is valid for this image, and what it claims is not of a type that counts for the attestor.
#define DOKIMOS_REASON_PREDICATE_MISMATCH 311

// A limit of the budget was reached before the decision was made.
#define DOKIMOS_REASON_LIMIT_REACHED 400

// The answer to a request. Nothing changes it: any number of threads may use one at the same time. The functions that
// only read it take NULL too, and then give false, 0 or no text: a missing answer allows nothing.
typedef struct dokimos_admission_response dokimos_admission_response;

// A request for admission. Nothing changes it: any number of threads may use one at the same time. The functions that
// only read it take NULL too, and then, as for an index that is too large, give 0 or no text.
typedef struct dokimos_admission_review dokimos_admission_review;

// A set of attestations, none of which has been verified. While one thread adds to it no other may use it; after
// that any number may read it at the same time.
typedef struct dokimos_attestations dokimos_attestations;

// Where an image is to run, and who asks. What was not set is unknown, which is not the same as empty: where a rule
// depends on it, the image is denied with the reason `CONTEXT_INCOMPLETE`. While one thread sets something no other
// may use it; after that any number may read it at the same time.
typedef struct dokimos_context dokimos_context;

// What went wrong. Made by the function that failed, where its caller asked for it.
typedef struct dokimos_error dokimos_error;

// An RSA public key with the one algorithm that it verifies; read it once and use it often. Any number of threads may
// verify with one at the same time.
typedef struct dokimos_key dokimos_key;

// A compiled policy. Nothing changes it: any number of threads may use one at the same time.
typedef struct dokimos_policy dokimos_policy;

// An image reference that was read. Nothing changes it: any number of threads may use one at the same time. The
// functions on it give no text for NULL.
typedef struct dokimos_reference dokimos_reference;

// What was decided. Nothing changes it: any number of threads may use one at the same time.
//
// The functions below take NULL too, and then, as for an index that is too large, give false, 0 or no text: a missing
// report allows nothing.
typedef struct dokimos_report dokimos_report;

// A view of text in UTF-8, which stays the library's; not terminated by a NUL. `data` is NULL when there is none.
typedef struct dokimos_str {
    // The first byte.
    const char *data;
    // How many bytes there are.
    size_t len;
} dokimos_str;

// What a function says of itself: `DOKIMOS_OK`, or why it did nothing.
//
// 100 to 199: the call is wrong. 200 to 299: a document, key or text that was handed over is not valid.
// 300 to 399: what was asked is not so. 400 to 499: this build cannot. 900 to 999: a defect of the library.
typedef int32_t dokimos_status;

// A message, its signature, and the key that is to have made it. The layout of this structure never changes.
typedef struct dokimos_signed_message {
    // The key; not NULL.
    const struct dokimos_key *key;
    // The signed bytes.
    const void *message;
    // How many bytes were signed.
    size_t message_len;
    // The signature.
    const void *signature;
    // The length of the signature.
    size_t signature_len;
} dokimos_signed_message;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the library that runs, as `0.1.0`; terminated by a NUL.
const char *dokimos_version(void);

// The version of the library that runs, as `DOKIMOS_VERSION_NUMBER` has it.
uint32_t dokimos_version_number(void);

// `DOKIMOS_ABI_VERSION` of the library that runs; a program can use it if the two are equal.
uint32_t dokimos_abi_version(void);

// The name of a status without its prefix, as `INVALID_KEY`; none for a number that is no status.
struct dokimos_str dokimos_status_name(dokimos_status status);

// The status that the function gave; `DOKIMOS_OK` for NULL.
dokimos_status dokimos_error_status(const struct dokimos_error *error);

// How many problems the error tells: at least one, and each problem of a policy; 0 for NULL.
size_t dokimos_error_problem_count(const struct dokimos_error *error);

// The stable code of a problem, as `UNKNOWN_FIELD` or `KEY_TRUNCATED`; docs/CODES.md lists them.
struct dokimos_str dokimos_error_slug(const struct dokimos_error *error, size_t problem);

// A problem in words: one line, which may change between versions.
struct dokimos_str dokimos_error_message(const struct dokimos_error *error, size_t problem);

// Where a problem is: the place in the document, as `rules[2].require`, or the parameter of a wrong call; empty for
// the whole.
struct dokimos_str dokimos_error_path(const struct dokimos_error *error, size_t problem);

// Frees an error; NULL is ignored.
void dokimos_error_free(struct dokimos_error *error);

// Compiles a policy from JSON, as docs/policy.schema.json describes it.
//
// `DOKIMOS_INVALID_POLICY`: the error tells every problem of the document.
dokimos_status dokimos_policy_from_json(const void *json,
                                        size_t json_len,
                                        struct dokimos_policy **policy,
                                        struct dokimos_error **error);

// Compiles a policy from YAML; the document is the same as in JSON.
//
// `DOKIMOS_NOT_SUPPORTED`: the library was built without YAML, which `dokimos_has_yaml` tells.
dokimos_status dokimos_policy_from_yaml(const void *yaml,
                                        size_t yaml_len,
                                        struct dokimos_policy **policy,
                                        struct dokimos_error **error);

// Whether the library was built with YAML.
bool dokimos_has_yaml(void);

// Decides whether an image may run.
//
// `image`: the reference, as the workload names it. One that cannot be parsed is a denial with the reason
// `INVALID_REFERENCE`; only text that is not UTF-8 is an error.
// `attestations`: what was found for it; NULL is nothing.
// `context`: where it is to run; NULL is a place of which nothing is known.
// `now`: the time of the decision, in seconds since 1970-01-01T00:00:00Z; the library has no clock.
// `report`: the decision, whether it allows or denies. A status other than `DOKIMOS_OK` is no decision: do not admit.
dokimos_status dokimos_policy_evaluate(const struct dokimos_policy *policy,
                                       const char *image,
                                       size_t image_len,
                                       const struct dokimos_attestations *attestations,
                                       const struct dokimos_context *context,
                                       int64_t now,
                                       struct dokimos_report **report,
                                       struct dokimos_error **error);

// Frees a policy; NULL is ignored.
void dokimos_policy_free(struct dokimos_policy *policy);

// Makes an empty set.
dokimos_status dokimos_attestations_new(struct dokimos_attestations **attestations, struct dokimos_error **error);

// Adds the attestations of one JSON document: a Grafeas occurrence (v1, v1beta1) or a page of them, what
// `cosign download signature` prints, an array of such objects, or one a line.
//
// `source` names the document in reports, such as its file name; it may be empty. `added`, unless NULL, is how many
// attestations the document held; it is written with `DOKIMOS_OK` only.
// One that is malformed is added too: it satisfies nothing, and the report tells of it.
// `DOKIMOS_INVALID_ATTESTATIONS`: no such document, or too large; the set is as it was.
dokimos_status dokimos_attestations_add(struct dokimos_attestations *attestations,
                                        const char *source,
                                        size_t source_len,
                                        const void *document,
                                        size_t document_len,
                                        size_t *added,
                                        struct dokimos_error **error);

// Adds one attestation whose payload and signature stand alone, as raw bytes.
//
// `key_id` is the id of the key that signed; NULL where it is not known, and then every key may be tried.
dokimos_status dokimos_attestations_add_detached(struct dokimos_attestations *attestations,
                                                 const char *source,
                                                 size_t source_len,
                                                 const void *payload,
                                                 size_t payload_len,
                                                 const void *signature,
                                                 size_t signature_len,
                                                 const char *key_id,
                                                 size_t key_id_len,
                                                 struct dokimos_error **error);

// How many attestations the set holds; 0 for NULL.
size_t dokimos_attestations_count(const struct dokimos_attestations *attestations);

// Frees a set; NULL is ignored.
void dokimos_attestations_free(struct dokimos_attestations *attestations);

// Makes a context in which nothing is known.
dokimos_status dokimos_context_new(struct dokimos_context **context, struct dokimos_error **error);

// Sets the cluster's name; NULL makes it unknown again.
dokimos_status dokimos_context_set_cluster(struct dokimos_context *context,
                                           const char *cluster,
                                           size_t cluster_len,
                                           struct dokimos_error **error);

// Sets the Kubernetes namespace in which the image is to run; NULL makes it unknown again.
dokimos_status dokimos_context_set_namespace(struct dokimos_context *context,
                                             const char *name,
                                             size_t name_len,
                                             struct dokimos_error **error);

// Sets the service account that the workload runs as; NULL makes it unknown again.
dokimos_status dokimos_context_set_service_account(struct dokimos_context *context,
                                                   const char *service_account,
                                                   size_t service_account_len,
                                                   struct dokimos_error **error);

// Adds an annotation of the object under admission. Only the break-glass annotation of the policy is looked up in
// them; of two with one name the first counts.
dokimos_status dokimos_context_add_annotation(struct dokimos_context *context,
                                              const char *name,
                                              size_t name_len,
                                              const char *value,
                                              size_t value_len,
                                              struct dokimos_error **error);

// Frees a context; NULL is ignored.
void dokimos_context_free(struct dokimos_context *context);

// Whether the image may run.
bool dokimos_report_is_allowed(const struct dokimos_report *report);

// Whether the image was allowed only because the rule's enforcement is `DRY_RUN`.
bool dokimos_report_is_dry_run_violation(const struct dokimos_report *report);

// The decision as the JSON report has it: `ALLOW` or `DENY`.
struct dokimos_str dokimos_report_decision(const struct dokimos_report *report);

// Why: the number of the reason, one of `DOKIMOS_REASON_…`.
int32_t dokimos_report_reason(const struct dokimos_report *report);

// Why: the stable code of the reason, as `TAG_REFERENCE`.
struct dokimos_str dokimos_report_reason_code(const struct dokimos_report *report);

// Why, in words, which may change between versions.
struct dokimos_str dokimos_report_reason_detail(const struct dokimos_report *report);

// One sentence for the person who deploys: `image alpine:3.11 is not attested`.
struct dokimos_str dokimos_report_message(const struct dokimos_report *report);

// The image reference, as it was given.
struct dokimos_str dokimos_report_image(const struct dokimos_report *report);

// The name of the rule that decided, if one did; `default` is the policy's default.
struct dokimos_str dokimos_report_rule(const struct dokimos_report *report);

// The enforcement of the rule: `BLOCK` or `DRY_RUN`.
struct dokimos_str dokimos_report_enforcement(const struct dokimos_report *report);

// The allowlist pattern that exempts the image, if one does.
struct dokimos_str dokimos_report_exempted_by(const struct dokimos_report *report);

// The name of the break-glass annotation that admitted the image, if one did.
struct dokimos_str dokimos_report_break_glass_annotation(const struct dokimos_report *report);

// The value of the break-glass annotation that admitted the image, if one did.
struct dokimos_str dokimos_report_break_glass_value(const struct dokimos_report *report);

// The whole report as JSON, as docs/report.schema.json describes it: one line, the same bytes in every language.
struct dokimos_str dokimos_report_json(const struct dokimos_report *report);

// How many attestors were asked; they stand in the order in which the rule names them.
size_t dokimos_report_attestor_count(const struct dokimos_report *report);

// The attestor's name in the policy.
struct dokimos_str dokimos_report_attestor_name(const struct dokimos_report *report, size_t attestor);

// Whether a valid attestation by one of the attestor's keys was found.
bool dokimos_report_attestor_is_satisfied(const struct dokimos_report *report, size_t attestor);

// How many attestations were tried for the attestor; they stand in the order in which they were tried.
size_t dokimos_report_attestation_count(const struct dokimos_report *report, size_t attestor);

// Where the attestation came from: the source that was given for its document, and the place in it.
struct dokimos_str dokimos_report_attestation_source(const struct dokimos_report *report,
                                                     size_t attestor,
                                                     size_t attestation);

// The id of the key that matched or failed, if there is one; for a signature that names an unknown key, that name.
struct dokimos_str dokimos_report_attestation_key_id(const struct dokimos_report *report,
                                                     size_t attestor,
                                                     size_t attestation);

// What became of the attestation: `DOKIMOS_REASON_ATTESTED`, or what failed.
int32_t dokimos_report_attestation_outcome(const struct dokimos_report *report, size_t attestor, size_t attestation);

// What became of the attestation: the stable code.
struct dokimos_str dokimos_report_attestation_outcome_code(const struct dokimos_report *report,
                                                           size_t attestor,
                                                           size_t attestation);

// What became of the attestation, in words, which may change between versions.
struct dokimos_str dokimos_report_attestation_outcome_detail(const struct dokimos_report *report,
                                                             size_t attestor,
                                                             size_t attestation);

// Frees a report, and with it every text that came out of it; NULL is ignored.
void dokimos_report_free(struct dokimos_report *report);

// Reads an `AdmissionReview` of `admission.k8s.io/v1`, as the API server sends it.
//
// `options`: 0, or `DOKIMOS_ADMISSION_EVALUATE_UNCHANGED` and `DOKIMOS_ADMISSION_OMIT_STATUS_REASON`, joined by `|`; a
// bit that the library does not know is `DOKIMOS_NOT_SUPPORTED`.
// `DOKIMOS_INVALID_REVIEW`: it cannot even be answered; over HTTP that is status 400. Everything else that cannot be
// read makes a review that is denied, whatever is asked of it.
dokimos_status dokimos_admission_review_parse(const void *json,
                                              size_t json_len,
                                              uint32_t options,
                                              struct dokimos_admission_review **review,
                                              struct dokimos_error **error);

// How many images are to be decided on; 0 is nothing to decide.
size_t dokimos_admission_review_image_count(const struct dokimos_admission_review *review);

// An image to decide on: its reference, as the object has it.
struct dokimos_str dokimos_admission_review_image(const struct dokimos_admission_review *review, size_t image);

// Where the image stands in the object: `spec.containers[0].image`.
struct dokimos_str dokimos_admission_review_image_place(const struct dokimos_admission_review *review, size_t image);

// The name of the container or volume that the image is for; empty where it has none.
struct dokimos_str dokimos_admission_review_image_name(const struct dokimos_admission_review *review, size_t image);

// The request's id.
struct dokimos_str dokimos_admission_review_uid(const struct dokimos_admission_review *review);

// What is done with the object: `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
struct dokimos_str dokimos_admission_review_operation(const struct dokimos_admission_review *review);

// The kind of the object, as `Deployment`.
struct dokimos_str dokimos_admission_review_kind(const struct dokimos_admission_review *review);

// The namespace of the request, if it has one.
struct dokimos_str dokimos_admission_review_namespace(const struct dokimos_admission_review *review);

// The name of the object, or what its name will begin with.
struct dokimos_str dokimos_admission_review_name(const struct dokimos_admission_review *review);

// The name of the user who sent the request.
struct dokimos_str dokimos_admission_review_user(const struct dokimos_admission_review *review);

// The service account that the Pods run as; none where it cannot be told.
struct dokimos_str dokimos_admission_review_service_account(const struct dokimos_admission_review *review);

// The code of why the request cannot be decided on, as `MISSING_FIELD`; none where it can. Such a request has no
// images, and every answer to it is a denial, which tells the problem in words.
struct dokimos_str dokimos_admission_review_problem(const struct dokimos_admission_review *review);

// Decides on every image of the request, and makes the answer.
//
// `attestations`: for each image, in their order, what was found for it; NULL in it is nothing. With another
// `count` than there are images, the answer is a denial.
// `cluster`: the cluster's name; NULL is unknown. The rest of the place is the request's.
// `now`: the time of the decision, in seconds since 1970-01-01T00:00:00Z.
// `response`: the answer, whether it allows or denies. With another status than `DOKIMOS_OK` there is none: do not
// admit.
dokimos_status dokimos_admission_review_respond(const struct dokimos_admission_review *review,
                                                const struct dokimos_policy *policy,
                                                const struct dokimos_attestations *const *attestations,
                                                size_t count,
                                                const char *cluster,
                                                size_t cluster_len,
                                                int64_t now,
                                                struct dokimos_admission_response **response,
                                                struct dokimos_error **error);

// Makes a denial that no decision was made for: the evidence could not be fetched, or time ran out.
//
// `code` is for machines, as `EVIDENCE_UNAVAILABLE`; `message` is what the user reads.
dokimos_status dokimos_admission_review_refuse(const struct dokimos_admission_review *review,
                                               const char *code,
                                               size_t code_len,
                                               const char *message,
                                               size_t message_len,
                                               struct dokimos_admission_response **response,
                                               struct dokimos_error **error);

// Makes the same answer for those who let in what could not be decided on: allowed, with a warning and an audit
// annotation. A request that cannot be read is denied all the same.
dokimos_status dokimos_admission_review_admit_undecided(const struct dokimos_admission_review *review,
                                                        const char *code,
                                                        size_t code_len,
                                                        const char *message,
                                                        size_t message_len,
                                                        struct dokimos_admission_response **response,
                                                        struct dokimos_error **error);

// Frees a review, and with it every text that came out of it; NULL is ignored.
void dokimos_admission_review_free(struct dokimos_admission_review *review);

// Whether the request is allowed.
bool dokimos_admission_response_is_allowed(const struct dokimos_admission_response *response);

// Why the request is denied, a line for each image: `image alpine:3.11 is not attested`. Empty when it is allowed.
struct dokimos_str dokimos_admission_response_message(const struct dokimos_admission_response *response);

// The answer as JSON, a whole `AdmissionReview` to be sent with the HTTP status 200; the same bytes in every language.
struct dokimos_str dokimos_admission_response_json(const struct dokimos_admission_response *response);

// The JSON report on an image of the request, by its index; none where nothing was decided.
struct dokimos_str dokimos_admission_response_report(const struct dokimos_admission_response *response, size_t image);

// Frees an answer, and with it every text that came out of it; NULL is ignored.
void dokimos_admission_response_free(struct dokimos_admission_response *response);

// How many reasons there are.
size_t dokimos_reason_count(void);

// The number of a reason, one of `DOKIMOS_REASON_…`, by its place in the list, which is ordered by number; 0 for a
// place behind its end.
int32_t dokimos_reason_at(size_t index);

// The stable code of a reason, as `TAG_REFERENCE`; none for a number that is no reason.
struct dokimos_str dokimos_reason_code(int32_t reason);

// What a reason means, in a sentence; none for a number that is no reason.
struct dokimos_str dokimos_reason_description(int32_t reason);

// Whether the reason allows an image; not for a number that is no reason.
bool dokimos_reason_allows(int32_t reason);

// Reads an image reference and brings it to its canonical form.
dokimos_status dokimos_reference_parse(const char *image,
                                       size_t image_len,
                                       struct dokimos_reference **reference,
                                       struct dokimos_error **error);

// The canonical form: `docker.io/library/alpine:latest` for `alpine`. Two references are the same image name if these
// are equal.
struct dokimos_str dokimos_reference_canonical(const struct dokimos_reference *reference);

// The reference as it was given.
struct dokimos_str dokimos_reference_as_given(const struct dokimos_reference *reference);

// The registry, with its port, in canonical form: `docker.io`.
struct dokimos_str dokimos_reference_domain(const struct dokimos_reference *reference);

// The path in the registry: `library/alpine`.
struct dokimos_str dokimos_reference_path(const struct dokimos_reference *reference);

// Registry and path: `docker.io/library/alpine`.
struct dokimos_str dokimos_reference_repository(const struct dokimos_reference *reference);

// The tag, if the reference has one.
struct dokimos_str dokimos_reference_tag(const struct dokimos_reference *reference);

// The digest with its algorithm, as `sha256:…`, if the reference has one.
struct dokimos_str dokimos_reference_digest(const struct dokimos_reference *reference);

// Frees a reference, and with it every text that came out of it; NULL is ignored.
void dokimos_reference_free(struct dokimos_reference *reference);

// Reads a key in PEM: `PUBLIC KEY` or `RSA PUBLIC KEY`.
//
// `algorithm` is the name of the algorithm that the key verifies, as `RSA_PSS_2048_SHA256`, `RSA_PKCS1_SHA_256`, or
// as key management services and kritis write it.
// `DOKIMOS_INVALID_ALGORITHM`, `DOKIMOS_INVALID_KEY`.
dokimos_status dokimos_key_from_pem(const void *pem,
                                    size_t pem_len,
                                    const char *algorithm,
                                    size_t algorithm_len,
                                    struct dokimos_key **key,
                                    struct dokimos_error **error);

// Reads a key in DER: SubjectPublicKeyInfo or PKCS#1. Else as `dokimos_key_from_pem`.
dokimos_status dokimos_key_from_der(const void *der,
                                    size_t der_len,
                                    const char *algorithm,
                                    size_t algorithm_len,
                                    struct dokimos_key **key,
                                    struct dokimos_error **error);

// From now on the key accepts only RSASSA-PSS signatures whose salt has this many bytes. While it is set no other
// thread may use the key.
dokimos_status dokimos_key_set_salt_length(struct dokimos_key *key, size_t bytes, struct dokimos_error **error);

// The id under which a key is known that was given no other: `ni:///sha-256;…` (RFC 6920); no text for NULL.
struct dokimos_str dokimos_key_id(const struct dokimos_key *key);

// The size of the modulus in bits; 0 for NULL.
size_t dokimos_key_modulus_bits(const struct dokimos_key *key);

// Verifies the signature of a message: `DOKIMOS_OK` if the private half of this key made it over exactly this message
// with the key's algorithm, else `DOKIMOS_INVALID_SIGNATURE`.
dokimos_status dokimos_key_verify(const struct dokimos_key *key,
                                  const void *message,
                                  size_t message_len,
                                  const void *signature,
                                  size_t signature_len,
                                  struct dokimos_error **error);

// Verifies many signatures, with keys mixed freely; faster than one by one where the processor can do several at once.
//
// `statuses[i]` is what `dokimos_key_verify` gives for `messages[i]`; no other item changes it. They are written with
// `DOKIMOS_OK` only, which says that all were tried, not that any verifies: look at each. A wrong pointer or length in
// one item is an error of the whole call.
dokimos_status dokimos_verify_batch(const struct dokimos_signed_message *messages,
                                    size_t count,
                                    dokimos_status *statuses,
                                    struct dokimos_error **error);

// Frees a key; NULL is ignored.
void dokimos_key_free(struct dokimos_key *key);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* DOKIMOS_H */
