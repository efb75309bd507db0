/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The web server's dynamic page: answers a GET with the file its query names, a POST with the
 * number of bytes that were posted and their sum, and notes the post in a log. The library makes
 * the same program a FastCGI server or one CGI process, by how it was started.
 */
#include "bench/macro/web_files.h"

#include <fcgi_stdio.h>
#include <stdlib.h>
#include <string.h>

static void refuse(const char *status)
{
    printf("Status: %s\r\nContent-Length: 0\r\n\r\n", status);
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

/* Opened anew each time: a document may have changed. */
static FILE *document_open(const struct web_file *f)
{
    char path[512];
    snprintf(path, sizeof path, "%s/" WEB_PATH, variable("DOCUMENT_ROOT"), f->directory, f->class,
             f->number);
    return fopen(path, "r");
}

static void answer_get(void)
{
    static char bytes[1 << 16];
    struct web_file f;
    size_t n;
    FILE *document = NULL;
    if (sscanf(variable("QUERY_STRING"), WEB_PATH, &f.directory, &f.class, &f.number) == 3 &&
        f.class < WEB_CLASSES && f.number < WEB_FILES)
        document = document_open(&f);
    if (!document)
        return refuse("404 Not Found");
    printf("Content-Type: text/plain\r\nContent-Length: %u\r\n\r\n",
           (unsigned)web_file_bytes(&f)); /* the library's printf does not know %zu */
    while ((n = fread(bytes, 1, sizeof bytes, document)) > 0)
        fwrite(bytes, 1, n, stdout);
    fclose(document);
}

static void answer_post(void)
{
    char text[64];
    long left = atol(variable("CONTENT_LENGTH")), n = 0;
    unsigned sum = 0;
    for (int c; n < left && (c = getchar()) != EOF; n++)
        sum += (unsigned char)c;
    int length = snprintf(text, sizeof text, "%ld %u\n", n, sum);
    FILE *log = fopen(variable("POST_LOG"), "a");
    if (!log)
        return refuse("500 Internal Server Error");
    fputs(text, log);
    fclose(log);
    printf("Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", length, text);
}

int main(void)
{
    while (FCGI_Accept() >= 0) {
        if (!strcmp(variable("REQUEST_METHOD"), "POST"))
            answer_post();
        else
            answer_get();
    }
    return 0;
}
