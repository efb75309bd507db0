/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "bench/vbench/monitor.h"
#include "bench/vbench/host.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* No command is longer than a socket's buffer, so none is sent in part. */
static void say(struct monitor *m, const char *json)
{
    size_t n = strlen(json);
    if (send(m->fd, json, n, MSG_NOSIGNAL) != (ssize_t)n && !m->wrong)
        m->wrong = text("QEMU's monitor does not listen: %s", strerror(errno));
}

static void say_migrate(struct monitor *m)
{
    char *json = text(m->saves ? "{\"execute\":\"migrate\",\"arguments\":{\"uri\":"
                                 "\"exec:cat >'%s'\"}}\n"
                               : "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":"
                                 "\"exec:cat '%s'\"}}\n",
                      m->state);
    m->is_asked = true;
    say(m, json);
    free(json);
}

static void on_greeting(struct monitor *m)
{
    say(m, "{\"execute\":\"qmp_capabilities\"}\n");
    say(m, "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":"
           "[{\"capability\":\"events\",\"state\":true}]}}\n");
    /* No limit but the disk's: the machine stands still. */
    say(m, "{\"execute\":\"migrate-set-parameters\",\"arguments\":{\"max-bandwidth\":"
           "1099511627776}}\n");
    if (!m->saves)
        say_migrate(m);
}

static void on_migration(struct monitor *m, const char *status)
{
    if (status && !strcmp(status, "failed") && !m->wrong)
        m->wrong = text("QEMU could not %s the machine (%s)", m->saves ? "save" : "restore", m->state);
    if (!status || strcmp(status, "completed") || m->is_done)
        return;
    m->is_done = true;
    say(m, m->saves ? "{\"execute\":\"quit\"}\n" : "{\"execute\":\"cont\"}\n");
}

static void on_message(struct monitor *m, json_t *message)
{
    const char *event = json_string_value(json_object_get(message, "event"));
    json_t *error = json_object_get(message, "error"), *data = json_object_get(message, "data");
    if (json_object_get(message, "QMP"))
        on_greeting(m);
    else if (error && !m->wrong)
        m->wrong = text("QEMU's monitor says: %s", json_string_value(json_object_get(error, "desc")));
    else if (event && !strcmp(event, "STOP") && m->saves && !m->is_asked)
        say_migrate(m);
    else if (event && !strcmp(event, "MIGRATION"))
        on_migration(m, json_string_value(json_object_get(data, "status")));
}

static void on_line(struct monitor *m)
{
    json_error_t error;
    json_t *message = json_loadb(m->buffer, m->used, 0, &error);
    m->used = 0;
    if (message)
        on_message(m, message);
    else if (!m->wrong)
        m->wrong = text("QEMU's monitor says what is not JSON: %s", error.text);
    json_decref(message);
}

bool monitor_read(struct monitor *m)
{
    char bytes[4096];
    ssize_t n = read(m->fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR)
        return true;
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] != '\n' && m->used < sizeof m->buffer)
            m->buffer[m->used++] = bytes[i];
        if (bytes[i] == '\n')
            on_line(m);
    }
    return n > 0 && !m->wrong;
}

void monitor_close(struct monitor *m)
{
    if (m->fd >= 0)
        close(m->fd);
    m->fd = -1;
}
