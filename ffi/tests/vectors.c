/* The shared cases and signatures, through the C interface: every report is the recorded one, byte for byte. */
#include "check.h"

static void check_case(const shared_case *one);
static void check_attestors(const dokimos_report *report);
static void check_signatures(const char *folder);

int main(int count, char **arguments) {
    file cases;
    uint32_t left;
    CHECK(count == 2);
    cases = file_open(arguments[1], "cases.bin");
    left = file_number(&cases);
    CHECK(left >= 150);
    for (; left > 0; left--) {
        shared_case one;
        case_read(&cases, &one);
        check_case(&one);
        case_free(&one);
    }
    CHECK(cases.at == cases.len);
    free(cases.bytes);
    check_signatures(arguments[1]);
    return passed("vectors");
}

static void check_case(const shared_case *one) {
    dokimos_policy *policy = NULL;
    dokimos_report *report;
    CHECK_CASE(dokimos_policy_from_json(one->policy.data, one->policy.len, &policy, NULL) == DOKIMOS_OK, one->name);
    report = case_evaluate(one, policy);
    /* Neither the policy nor what it judged is needed by the report. */
    dokimos_policy_free(policy);

    CHECK_CASE(same(dokimos_report_json(report), one->report), one->name);
    CHECK_CASE(same(dokimos_report_decision(report), one->decision), one->name);
    CHECK_CASE(dokimos_report_is_allowed(report) == is(dokimos_report_decision(report), "ALLOW"), one->name);
    CHECK_CASE(same(dokimos_report_reason_code(report), one->reason), one->name);
    CHECK_CASE(same(dokimos_reason_code(dokimos_report_reason(report)), one->reason), one->name);
    CHECK_CASE(same(dokimos_report_image(report), one->image), one->name);
    CHECK_CASE(dokimos_report_is_dry_run_violation(report) ==
               (dokimos_report_is_allowed(report) && !dokimos_reason_allows(dokimos_report_reason(report))), one->name);
    CHECK(dokimos_report_message(report).len > 0 && dokimos_report_reason_detail(report).len > 0);
    CHECK(is(dokimos_report_enforcement(report), "BLOCK") || is(dokimos_report_enforcement(report), "DRY_RUN"));
    CHECK(is_none(dokimos_report_exempted_by(report)) ==
          (dokimos_report_reason(report) != DOKIMOS_REASON_ALLOWLISTED));
    CHECK(is_none(dokimos_report_break_glass_annotation(report)) ==
          (dokimos_report_reason(report) != DOKIMOS_REASON_BREAK_GLASS));
    CHECK(is_none(dokimos_report_break_glass_value(report)) ==
          is_none(dokimos_report_break_glass_annotation(report)));
    check_attestors(report);
    dokimos_report_free(report);

    if (one->yaml.data != NULL && dokimos_has_yaml()) {
        CHECK(dokimos_policy_from_yaml(one->yaml.data, one->yaml.len, &policy, NULL) == DOKIMOS_OK);
        report = case_evaluate(one, policy);
        CHECK_CASE(same(dokimos_report_json(report), one->report), one->name);
        dokimos_report_free(report);
        dokimos_policy_free(policy);
    }
}

/* What is asked for one by one stands in the JSON, in the same order. */
static void check_attestors(const dokimos_report *report) {
    dokimos_str json = dokimos_report_json(report);
    const char *at = json.data;
    size_t i, j;
    for (i = 0; i < dokimos_report_attestor_count(report); i++) {
        size_t attested = 0;
        char expected[4096];
        dokimos_str name = dokimos_report_attestor_name(report, i);
        snprintf(expected, sizeof expected, "{\"name\":\"%.*s\",\"satisfied\":%s,\"attestations\":[", (int)name.len,
                 name.data, dokimos_report_attestor_is_satisfied(report, i) ? "true" : "false");
        at = strstr(at, expected);
        CHECK_CASE(at != NULL, expected);
        for (j = 0; j < dokimos_report_attestation_count(report, i); j++) {
            int32_t outcome = dokimos_report_attestation_outcome(report, i, j);
            dokimos_str code = dokimos_report_attestation_outcome_code(report, i, j);
            CHECK(same(dokimos_reason_code(outcome), text_from(code)));
            CHECK(dokimos_report_attestation_source(report, i, j).len > 0);
            CHECK(dokimos_report_attestation_outcome_detail(report, i, j).len > 0);
            snprintf(expected, sizeof expected, "\"outcome\":{\"code\":\"%.*s\"", (int)code.len, code.data);
            at = strstr(at, expected);
            CHECK_CASE(at != NULL, expected);
            attested += outcome == DOKIMOS_REASON_ATTESTED;
        }
        CHECK(dokimos_report_attestor_is_satisfied(report, i) == (attested > 0));
    }
}

enum { SIGNATURES = 64 };

static void check_signatures(const char *folder) {
    file signatures = file_open(folder, "signatures.bin");
    uint32_t i, count = file_number(&signatures), valid = 0;
    dokimos_key *keys[SIGNATURES];
    dokimos_signed_message messages[SIGNATURES];
    dokimos_status expected[SIGNATURES], statuses[SIGNATURES];
    char name[256];
    CHECK(count > 10 && count <= SIGNATURES);
    for (i = 0; i < count; i++) {
        text title = file_text(&signatures), pem = file_text(&signatures), der = file_text(&signatures);
        text algorithm = file_text(&signatures), message = file_text(&signatures), signature = file_text(&signatures);
        text verdict = file_text(&signatures);
        dokimos_key *from_der = NULL;
        dokimos_error *error = NULL;
        CHECK(title.len < sizeof name);
        memcpy(name, title.data, title.len);
        name[title.len] = '\0';
        expected[i] = verdict.len == strlen("valid") ? DOKIMOS_OK : DOKIMOS_INVALID_SIGNATURE;
        valid += expected[i] == DOKIMOS_OK;

        CHECK_CASE(dokimos_key_from_pem(pem.data, pem.len, algorithm.data, algorithm.len, &keys[i], NULL) ==
                   DOKIMOS_OK, name);
        CHECK_CASE(dokimos_key_from_der(der.data, der.len, algorithm.data, algorithm.len, &from_der, NULL) ==
                   DOKIMOS_OK, name);
        CHECK(dokimos_key_modulus_bits(keys[i]) >= 2048);
        CHECK(same(dokimos_key_id(keys[i]), text_from(dokimos_key_id(from_der))));
        CHECK(dokimos_key_id(from_der).len == strlen("ni:///sha-256;") + 43);
        CHECK_CASE(dokimos_key_verify(keys[i], message.data, message.len, signature.data, signature.len, NULL) ==
                   expected[i], name);
        CHECK_CASE(dokimos_key_verify(from_der, message.data, message.len, signature.data, signature.len, &error) ==
                   expected[i], name);
        CHECK((error == NULL) == (expected[i] == DOKIMOS_OK));
        CHECK(dokimos_error_status(error) == expected[i]);
        dokimos_error_free(error);
        /* Less of the message, none of it, no signature. */
        if (expected[i] == DOKIMOS_OK)
            CHECK(dokimos_key_verify(keys[i], message.data, message.len - 1, signature.data, signature.len, NULL) ==
                  DOKIMOS_INVALID_SIGNATURE);
        CHECK(dokimos_key_verify(keys[i], NULL, 0, signature.data, signature.len, NULL) == DOKIMOS_INVALID_SIGNATURE);
        CHECK(dokimos_key_verify(keys[i], message.data, message.len, NULL, 0, NULL) == DOKIMOS_INVALID_SIGNATURE);
        dokimos_key_free(from_der);
        messages[i].key = keys[i];
        messages[i].message = message.data;
        messages[i].message_len = message.len;
        messages[i].signature = signature.data;
        messages[i].signature_len = signature.len;
    }
    CHECK(signatures.at == signatures.len && valid > 5);
    CHECK(dokimos_verify_batch(messages, count, statuses, NULL) == DOKIMOS_OK);
    for (i = 0; i < count; i++) CHECK(statuses[i] == expected[i]);
    for (i = 0; i < count; i++) dokimos_key_free(keys[i]);
    free(signatures.bytes);
}
