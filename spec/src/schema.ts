// Generated from openapi.yaml by `pnpm generate`. Edit that file, not this one.

export interface paths {
    "/v1/call/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List calls
         * @description Calls of the account, inbound and outbound, newest first unless `order` says otherwise. Read page by page, either by
         *     cursor (`after` or `before`, the id of a call that you have) or by number (`page`).
         */
        get: operations["listCalls"];
        put?: never;
        /**
         * Place an outbound call
         * @description Rings `to_number` from `from_number` and hands the conversation to a voice agent: the version named
         *     by `agent_version_id`, or else the outbound agent of the calling number. The response comes when the
         *     call has been accepted, before anybody has picked up.
         */
        post: operations["placeCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/call/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one call
         * @description The call as it stands now. Read it again to follow it; the service does not push changes of status.
         */
        get: operations["getCall"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/call/{id}/message": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what was said in a call
         * @description The transcript, which grows while the call lasts, newest message first unless `order` says otherwise.
         */
        get: operations["listMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/call/concurrency/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow how many calls are live
         * @description A stream of server-sent events: every few seconds one event, whose data is a JSON object with `active_calls`,
         *     the number of calls that the account has under way. The stream does not end by itself.
         */
        get: operations["streamConcurrency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description A Spanish number in E.164; `+34` and nine digits, the first of them 5 to 9, or the prefix 400.
         * @example +34612345678
         */
        SpanishNumber: string;
        CallRequest: {
            /**
             * @description A number of the account, in E.164 or as the id (uuid) of that number.
             * @example +34910000001
             * @example 9d1e4f60-8b7a-4c2d-a3e5-6f708192a3b4
             */
            from_number: string;
            to_number: components["schemas"]["SpanishNumber"];
            /**
             * @description Values for the `{{name}}` placeholders of the agent's prompt. Give strings; other values are turned into
             *     text. The service fills `agent_name`, `user_phone_number` and `current_time` itself, and
             *     `current_time[Zone]` for any IANA time zone.
             */
            dynamic_variables?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: uuid
             * @description The agent version that leads the conversation; without it, the outbound agent of the calling number.
             */
            agent_version_id?: string | null;
        };
        Call: {
            /**
             * Format: uuid
             * @description The id of the call.
             */
            id: string;
            /**
             * Format: uuid
             * @description The agent that led the conversation.
             */
            agent_id: string | null;
            /**
             * Format: uuid
             * @description The version of that agent.
             */
            agent_version_id: string | null;
            status: components["schemas"]["CallStatus"];
            type: components["schemas"]["CallType"];
            contact: components["schemas"]["Contact"];
            /**
             * Format: uuid
             * @description The account's number over which the call went. Called `phone_id` before 2026-03.
             */
            phone_register_id: string | null;
            /**
             * Format: date-time
             * @description When the call was created, by the service's clock.
             */
            created_date: string;
            /** @description Where the recording can be fetched, once there is one. */
            recording_url?: string | null;
            /**
             * Format: date-time
             * @description When the call was answered, by a person, an answering machine or a phone menu; null if nothing picked up.
             */
            start_time?: string | null;
            /**
             * Format: date-time
             * @description When the call ended; null until then.
             */
            end_time?: string | null;
            /** @description Length in seconds; null until the call has ended. */
            duration?: number | null;
            /**
             * @description Why the call ended; null until then. An open set, `EndReason` lists the known values. With another one, only
             *     `start_time` and `duration` show whether anybody answered.
             */
            end_reason?: components["schemas"]["EndReason"] | string | null;
            /** @description The variables that the call was placed with. */
            dynamic_variables?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * @description Where the call stands. With `dialing`, `in_queue` or `in_progress` it is under way; with the other four it has ended.
         *     Since 2026-07 every call ends as `completed`, and `end_reason` says how.
         * @enum {string}
         */
        CallStatus: "dialing" | "in_queue" | "in_progress" | "completed" | "failed" | "transferred" | "no_answer";
        /**
         * @description The known reasons for the end of a call. The service gives others too: its console names the endings "agent hang
         *     up", "call transferred", "user did not answer", "call error", "concurrency limit reached" and "queue timed out",
         *     whose values in the API are not published.
         *
         *     `mailbox_unavailable`: the phone is switched off or out of coverage. `ivr_no_answer` and `ivr_unreachable`: a phone
         *     menu picked up, so that the call has a `start_time` and a `duration`, and then nobody could be reached.
         * @enum {string}
         */
        EndReason: "user_hang_up" | "hangup" | "voicemail_left" | "answering_machine_detected" | "mailbox_unavailable" | "ivr_no_answer" | "ivr_unreachable";
        /**
         * @description Who called; the account (`outbound`) or the other side (`inbound`).
         * @enum {string}
         */
        CallType: "inbound" | "outbound";
        /** @description The other side of the call. */
        Contact: {
            /**
             * Format: uuid
             * @description The id of the contact.
             */
            id: string;
            /**
             * Format: date-time
             * @description When the contact was first seen.
             */
            created_date: string;
            /** @description The phone number of a phone contact; a browser's identifier for a web contact. */
            identifier: string;
            /**
             * @description The channel; a telephone call (`call`) or a web page (`web`).
             * @enum {string}
             */
            contact_type: "call" | "web";
        };
        CallPage: {
            /** @description The calls of this page. */
            data: components["schemas"]["Call"][];
            has_more: components["schemas"]["HasMore"];
            first_id?: components["schemas"]["FirstId"];
            last_id?: components["schemas"]["LastId"];
            current_page?: components["schemas"]["CurrentPage"];
            total_pages?: components["schemas"]["TotalPages"];
        };
        Message: {
            /**
             * Format: uuid
             * @description The id of the message.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was said or done.
             */
            created_date: string;
            /**
             * @description Who spoke; the called person (`user`), the agent (`assistant`), or a tool of the agent (`tool`).
             * @enum {string}
             */
            role: "user" | "assistant" | "tool";
            /** @description What was said. */
            content?: string | null;
            tool_call?: components["schemas"]["ToolCall"];
        };
        /** @description What a tool did; null for spoken messages. */
        ToolCall: {
            /** @description `function`, a function of the account, or `call_tool`, one that acts on the call itself. */
            type?: string;
            /** @description The name of the function, if `type` is `function`. */
            function_name?: string;
            /** @description The name of the tool, if `type` is `call_tool`; `transfer`, `hangup`, `detect_answering_machine`, `add_participant`. */
            tool_name?: string;
            /** @description How it went; `success`, `error` or `cancelled`. */
            status: string;
            /** @description Parameters, results and errors of the tool. */
            payload: {
                [key: string]: unknown;
            };
        } | null;
        MessagePage: {
            /** @description The messages of this page. */
            data: components["schemas"]["Message"][];
            has_more: components["schemas"]["HasMore"];
            first_id?: components["schemas"]["FirstId"];
            last_id?: components["schemas"]["LastId"];
            current_page?: components["schemas"]["CurrentPage"];
            total_pages?: components["schemas"]["TotalPages"];
        };
        /** @description Whether more items follow this page. */
        HasMore: boolean;
        /**
         * Format: uuid
         * @description The first id of this page; the cursor for `before`.
         */
        FirstId: string | null;
        /**
         * Format: uuid
         * @description The last id of this page; the cursor for `after`.
         */
        LastId: string | null;
        /** @description The number of this page, from 1. */
        CurrentPage: number | null;
        /** @description How many pages there are. */
        TotalPages: number | null;
        /** @description The service's own error envelope. */
        ApiError: {
            /** @description Always `error`. */
            status?: string;
            /** @description The cause, in SCREAMING_SNAKE_CASE. An open set, and not reliable alone; a 403 may say `INTERNAL_SERVER_ERROR`. */
            error_code: string;
            /** @description The cause in words. It may repeat phone numbers. */
            message: string;
        };
        /** @description The response of the framework behind the service to a malformed request. */
        ValidationProblem: {
            /** @description One entry for each error. */
            detail?: components["schemas"]["ValidationIssue"][];
        };
        ValidationIssue: {
            /** @description The path to the wrong value, beginning with `body`, `query` or `path`. */
            loc: (string | number)[];
            /** @description What is wrong, in words. */
            msg: string;
            /** @description What is wrong, as a code. */
            type: string;
        };
    };
    responses: {
        /** @description The request has no API key, or one that is not valid. */
        InvalidApiKey: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ApiError"];
            };
        };
        /** @description The key may not read calls. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ApiError"];
            };
        };
        /** @description The query does not have the right shape, or contradicts itself. */
        InvalidQuery: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ApiError"] | components["schemas"]["ValidationProblem"];
            };
        };
        /** @description Something broke on the service's side. A call may or may not exist. */
        InternalServerError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ApiError"];
            };
        };
    };
    parameters: {
        /** @description The id of a call. */
        CallId: string;
        /** @description Cursor. Items after this id in the chosen order; cannot be combined with `before`. */
        After: string;
        /** @description Cursor. Items before this id in the chosen order; cannot be combined with `after`. */
        Before: string;
        /** @description Number of the page, from 1. */
        Page: number;
        /** @description Oldest first (`asc`) or newest first (`desc`). */
        Order: "asc" | "desc";
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listCalls: {
        parameters: {
            query?: {
                /** @description Cursor. Items after this id in the chosen order; cannot be combined with `before`. */
                after?: components["parameters"]["After"];
                /** @description Cursor. Items before this id in the chosen order; cannot be combined with `after`. */
                before?: components["parameters"]["Before"];
                /** @description Number of the page, from 1. */
                page?: components["parameters"]["Page"];
                /** @description Calls on one page. */
                limit?: number;
                /** @description Oldest first (`asc`) or newest first (`desc`). */
                order?: components["parameters"]["Order"];
                /** @description Only calls of this agent. */
                agent_id?: string;
                /** @description Only calls of this status. */
                status?: components["schemas"]["CallStatus"];
                /** @description Only calls of this direction. */
                type?: components["schemas"]["CallType"];
                /** @description Only calls created at this moment or later. */
                start_created_date?: string;
                /** @description Only calls created at this moment or earlier. */
                end_created_date?: string;
                /** @description Only calls with this contact. */
                contact_id?: string;
                /** @description Only calls over this number of the account. */
                phone_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of calls. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallPage"];
                };
            };
            /** @description A filter has a value that the service does not accept. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            401: components["responses"]["InvalidApiKey"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["InvalidQuery"];
            500: components["responses"]["InternalServerError"];
        };
    };
    placeCall: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallRequest"];
            };
        };
        responses: {
            /** @description The call was accepted and is being placed. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description The number to call is not a Spanish number. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            401: components["responses"]["InvalidApiKey"];
            /** @description The key may not place calls, or the calling number is not verified. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description The calling number is not one of the account's. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description The calling number was imported and has no outbound SIP configuration. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description The body does not have the right shape. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationProblem"];
                };
            };
            500: components["responses"]["InternalServerError"];
        };
    };
    getCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a call. */
                id: components["parameters"]["CallId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The call. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Call"];
                };
            };
            401: components["responses"]["InvalidApiKey"];
            403: components["responses"]["Forbidden"];
            /** @description The account has no call with this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description The id is not a uuid. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationProblem"];
                };
            };
            500: components["responses"]["InternalServerError"];
        };
    };
    listMessages: {
        parameters: {
            query?: {
                /** @description Cursor. Items after this id in the chosen order; cannot be combined with `before`. */
                after?: components["parameters"]["After"];
                /** @description Cursor. Items before this id in the chosen order; cannot be combined with `after`. */
                before?: components["parameters"]["Before"];
                /** @description Number of the page, from 1. */
                page?: components["parameters"]["Page"];
                /** @description Messages on one page. */
                limit?: number;
                /** @description Oldest first (`asc`) or newest first (`desc`). */
                order?: components["parameters"]["Order"];
            };
            header?: never;
            path: {
                /** @description The id of a call. */
                id: components["parameters"]["CallId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of messages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            /** @description The id of the call is missing. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            401: components["responses"]["InvalidApiKey"];
            403: components["responses"]["Forbidden"];
            /** @description Nothing has been said in this call yet, or there is no such call. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            422: components["responses"]["InvalidQuery"];
            500: components["responses"]["InternalServerError"];
        };
    };
    streamConcurrency: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream of events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            401: components["responses"]["InvalidApiKey"];
            403: components["responses"]["Forbidden"];
            /** @description The request does not have the right shape. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationProblem"];
                };
            };
        };
    };
}
