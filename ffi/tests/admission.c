/* The shared requests for admission, through the C interface: every answer is the recorded one, byte for byte. */
#include "check.h"

enum { SETS = 300 };

static void check_request(file *from);
static void check_answer(dokimos_admission_response *response, text expected, int allowed, const char *name);
static void check_misuse(void);

int main(int count, char **arguments) {
    file requests;
    uint32_t left;
    CHECK(count == 2);
    requests = file_open(arguments[1], "admission.bin");
    left = file_number(&requests);
    CHECK(left >= 100);
    for (; left > 0; left--) check_request(&requests);
    CHECK(requests.at == requests.len);
    free(requests.bytes);
    check_misuse();
    return passed("admission");
}

static void check_request(file *from) {
    char name[128];
    text title = file_text(from), json = file_text(from), policy_json = file_text(from), cluster, error_code, problem;
    text expected;
    dokimos_attestations *set, *sets[SETS];
    dokimos_admission_review *review;
    dokimos_admission_response *response;
    dokimos_policy *policy;
    dokimos_error *error;
    dokimos_status status;
    uint32_t i, images, options;
    int64_t now;
    int allowed;
    CHECK(title.len < sizeof name);
    memcpy(name, title.data, title.len);
    name[title.len] = '\0';
    CHECK_CASE(dokimos_policy_from_json(policy_json.data, policy_json.len, &policy, NULL) == DOKIMOS_OK, name);
    CHECK(dokimos_attestations_new(&set, NULL) == DOKIMOS_OK);
    for (i = file_number(from); i > 0; i--) {
        text source = file_text(from), document = file_text(from);
        CHECK_CASE(dokimos_attestations_add(set, source.data, source.len, document.data, document.len, NULL, NULL) ==
                   DOKIMOS_OK, name);
    }
    cluster = file_text(from);
    now = (int64_t)file_number(from);
    options = file_number(from);
    allowed = (int)file_number(from);
    error_code = file_text(from);
    problem = file_text(from);
    expected = file_text(from);
    images = file_number(from);

    status = dokimos_admission_review_parse(json.data, json.len, options, &review, &error);
    CHECK_CASE(status == (error_code.data == NULL ? DOKIMOS_OK : DOKIMOS_INVALID_REVIEW), name);
    CHECK_CASE(error_code.data == NULL ? error == NULL : same(dokimos_error_slug(error, 0), error_code), name);
    dokimos_error_free(error);
    CHECK_CASE(dokimos_admission_review_image_count(review) == images && images < SETS, name);
    CHECK_CASE(same(dokimos_admission_review_problem(review), problem), name);
    for (i = 0; i < images; i++) {
        text place = file_text(from), image = file_text(from);
        CHECK_CASE(same(dokimos_admission_review_image_place(review, i), place), name);
        CHECK_CASE(same(dokimos_admission_review_image(review, i), image), name);
        CHECK(dokimos_admission_review_image_name(review, i).len > 0);
        sets[i] = set;
    }
    CHECK(is_none(dokimos_admission_review_image(review, images)));
    if (status == DOKIMOS_OK) {
        CHECK_CASE(dokimos_admission_review_uid(review).len > 0, name);
        CHECK_CASE(dokimos_admission_review_respond(review, policy, (const dokimos_attestations *const *)sets, images,
                                                    cluster.data, cluster.len, now, &response, NULL) == DOKIMOS_OK, name);
        for (i = 0; i < images; i++) CHECK(dokimos_admission_response_report(response, i).len > 0);
        CHECK(is_none(dokimos_admission_response_report(response, images)));
        check_answer(response, expected, allowed, name);
        /* One set more than there are images. */
        sets[images] = NULL;
        CHECK(dokimos_admission_review_respond(review, policy, (const dokimos_attestations *const *)sets, images + 1,
                                               NULL, 0, now, &response, NULL) == DOKIMOS_OK);
        CHECK_CASE(dokimos_admission_response_is_allowed(response) == (images == 0 && allowed), name);
        dokimos_admission_response_free(response);
        CHECK(dokimos_admission_review_refuse(review, "LATE", 4, "no time left", 12, &response, NULL) == DOKIMOS_OK);
        CHECK(!dokimos_admission_response_is_allowed(response));
        CHECK(problem.data != NULL || is(dokimos_admission_response_message(response), "no time left"));
        dokimos_admission_response_free(response);
        CHECK(dokimos_admission_review_admit_undecided(review, "LATE", 4, "no time left", 12, &response, NULL) ==
              DOKIMOS_OK);
        CHECK(dokimos_admission_response_is_allowed(response) == (problem.data == NULL));
        dokimos_admission_response_free(response);
    }
    dokimos_admission_review_free(review);
    dokimos_attestations_free(set);
    dokimos_policy_free(policy);
}

static void check_answer(dokimos_admission_response *response, text expected, int allowed, const char *name) {
    CHECK_CASE(same(dokimos_admission_response_json(response), expected), name);
    CHECK_CASE(dokimos_admission_response_is_allowed(response) == allowed, name);
    CHECK_CASE((dokimos_admission_response_message(response).len == 0) == allowed, name);
    dokimos_admission_response_free(response);
}

static void check_misuse(void) {
    static const char DELETED[] = "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":"
                                  "{\"uid\":\"u\",\"operation\":\"DELETE\",\"name\":\"web\",\"namespace\":\"shop\","
                                  "\"userInfo\":{\"username\":\"jane\"},\"kind\":{\"kind\":\"Pod\"}}}";
    static const char ALLOWS[] =
        "{\"apiVersion\":\"dokimos.dev/v1\",\"kind\":\"Policy\",\"default\":{\"evaluation\":\"ALWAYS_ALLOW\"}}";
    dokimos_str (*const texts[])(const dokimos_admission_review *) = {
        dokimos_admission_review_uid, dokimos_admission_review_operation, dokimos_admission_review_kind,
        dokimos_admission_review_namespace, dokimos_admission_review_name, dokimos_admission_review_user,
        dokimos_admission_review_service_account, dokimos_admission_review_problem};
    const char *const expected[] = {"u", "DELETE", "Pod", "shop", "web", "jane"};
    dokimos_admission_review *review = (dokimos_admission_review *)(uintptr_t)1;
    dokimos_admission_response *response = (dokimos_admission_response *)(uintptr_t)1;
    dokimos_policy *policy;
    dokimos_error *error;
    size_t i, len = strlen(DELETED);
    for (i = 0; i < sizeof texts / sizeof *texts; i++) CHECK(is_none(texts[i](NULL)));
    CHECK(dokimos_admission_review_image_count(NULL) == 0 && is_none(dokimos_admission_review_image(NULL, 0)));
    CHECK(is_none(dokimos_admission_review_image_place(NULL, 0)));
    CHECK(is_none(dokimos_admission_review_image_name(NULL, 0)));
    CHECK(!dokimos_admission_response_is_allowed(NULL) && is_none(dokimos_admission_response_message(NULL)));
    CHECK(is_none(dokimos_admission_response_json(NULL)) && is_none(dokimos_admission_response_report(NULL, 0)));
    dokimos_admission_review_free(NULL);
    dokimos_admission_response_free(NULL);

    CHECK(dokimos_admission_review_parse(DELETED, len, 0, NULL, NULL) == DOKIMOS_NULL_ARGUMENT);
    CHECK(dokimos_admission_review_parse(NULL, 1, 0, &review, NULL) == DOKIMOS_NULL_ARGUMENT && review == NULL);
    CHECK(dokimos_admission_review_parse(DELETED, (size_t)-1, 0, &review, NULL) == DOKIMOS_INVALID_LENGTH);
    CHECK(dokimos_admission_review_parse(DELETED, len, 4, &review, &error) == DOKIMOS_NOT_SUPPORTED);
    CHECK(is(dokimos_error_path(error, 0), "options") && review == NULL);
    dokimos_error_free(error);
    for (i = 0; i < len; i++)
        CHECK(dokimos_admission_review_parse(DELETED, i, 0, &review, NULL) == DOKIMOS_INVALID_REVIEW);
    CHECK(dokimos_admission_review_parse(DELETED, len, 0, &review, NULL) == DOKIMOS_OK);
    for (i = 0; i < sizeof expected / sizeof *expected; i++) CHECK(is(texts[i](review), expected[i]));

    CHECK(dokimos_policy_from_json(ALLOWS, strlen(ALLOWS), &policy, NULL) == DOKIMOS_OK);
    CHECK(dokimos_admission_review_respond(review, policy, NULL, 0, NULL, 0, 0, NULL, NULL) == DOKIMOS_NULL_ARGUMENT);
    CHECK(dokimos_admission_review_respond(NULL, policy, NULL, 0, NULL, 0, 0, &response, NULL) ==
          DOKIMOS_NULL_ARGUMENT && response == NULL);
    CHECK(dokimos_admission_review_respond(review, NULL, NULL, 0, NULL, 0, 0, &response, NULL) == DOKIMOS_NULL_ARGUMENT);
    CHECK(dokimos_admission_review_respond(review, policy, NULL, 1, NULL, 0, 0, &response, NULL) ==
          DOKIMOS_NULL_ARGUMENT);
    CHECK(dokimos_admission_review_respond(review, policy, NULL, 0, "\xff", 1, 0, &response, NULL) ==
          DOKIMOS_INVALID_UTF8);
    CHECK(dokimos_admission_review_refuse(NULL, "A", 1, "b", 1, &response, NULL) == DOKIMOS_NULL_ARGUMENT);
    CHECK(dokimos_admission_review_refuse(review, NULL, 1, "b", 1, &response, NULL) == DOKIMOS_NULL_ARGUMENT);
    CHECK(dokimos_admission_review_refuse(review, "A", 1, "\xff", 1, &response, NULL) == DOKIMOS_INVALID_UTF8);
    CHECK(dokimos_admission_review_admit_undecided(NULL, "A", 1, "b", 1, &response, NULL) == DOKIMOS_NULL_ARGUMENT);
    CHECK(response == NULL);
    CHECK(dokimos_admission_review_respond(review, policy, NULL, 0, NULL, 0, 0, &response, NULL) == DOKIMOS_OK);
    /* The answer needs neither review nor policy. */
    dokimos_admission_review_free(review);
    dokimos_policy_free(policy);
    CHECK(dokimos_admission_response_is_allowed(response));
    dokimos_admission_response_free(response);
}
