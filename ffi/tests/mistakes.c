/* Mistakes that the instruments of the tests must see, each asked for by name. */
#include "check.h"

static const char POLICY[] =
    "{\"apiVersion\":\"dokimos.dev/v1\",\"kind\":\"Policy\",\"default\":{\"evaluation\":\"ALWAYS_ALLOW\"}}";

int main(int count, char **arguments) {
    const char *mistake = count == 2 ? arguments[1] : "";
    dokimos_policy *policy = NULL;
    dokimos_report *report = NULL;
    CHECK(dokimos_policy_from_json(POLICY, strlen(POLICY), &policy, NULL) == DOKIMOS_OK);
    CHECK(dokimos_policy_evaluate(policy, "alpine", 6, NULL, NULL, 0, &report, NULL) == DOKIMOS_OK);
    if (strcmp(mistake, "use-after-free") == 0) {
        dokimos_str message = dokimos_report_message(report);
        dokimos_report_free(report);
        printf("%d\n", message.data[0]);
    } else if (strcmp(mistake, "double-free") == 0) {
        dokimos_report_free(report);
        dokimos_report_free(report);
    } else if (strcmp(mistake, "leak") == 0) {
        report = NULL;
    } else {
        dokimos_report_free(report);
    }
    dokimos_policy_free(policy);
    return 0;
}
