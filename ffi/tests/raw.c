/* Verifies raw signatures and nothing else: what it weighs is what a program pays for that alone. */
#include "check.h"

int main(int count, char **arguments) {
    file signatures;
    uint32_t left;
    CHECK(count == 2);
    signatures = file_open(arguments[1], "signatures.bin");
    for (left = file_number(&signatures); left > 0; left--) {
        text name = file_text(&signatures), pem = file_text(&signatures), der = file_text(&signatures);
        text algorithm = file_text(&signatures), message = file_text(&signatures), signature = file_text(&signatures);
        text verdict = file_text(&signatures);
        dokimos_key *key = NULL;
        CHECK(name.len > 0 && pem.len > 0);
        CHECK(dokimos_key_from_der(der.data, der.len, algorithm.data, algorithm.len, &key, NULL) == DOKIMOS_OK);
        CHECK((dokimos_key_verify(key, message.data, message.len, signature.data, signature.len, NULL) ==
               DOKIMOS_OK) == (verdict.len == strlen("valid")));
        dokimos_key_free(key);
    }
    free(signatures.bytes);
    return passed("raw");
}
