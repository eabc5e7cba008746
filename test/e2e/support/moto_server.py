"""moto's server on a free port of the loopback interface; says which on its standard output, and ends with its input.

Where moto differs from what AWS documents, and tests would see it, it is mended here:

S3             a conditional write looks and writes in one step
SQS (FIFO)     an id counts as sent for five minutes, even after its message was deleted
               all messages whose time is up come again together, in their order, at that very moment
               one receive at a time takes messages
               time is what the header x-test-clock says (milliseconds since 1970), where a request has one
Step Functions Batch's names are written in Pascal case in state machines and in camel case in its API
               jobs that are waited for are looked at often
               a name is looked for and taken in one step
               what is stopped is over at once, whatever it waited for
Batch, Lambda  where MOTO_ASK names an address, that decides what comes of jobs and functions
"""

import json
import os
import sys
import threading
import time
import urllib.request

import botocore.session
import flask
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.batch.models import Job
from moto.batch.utils import JobStatus
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.responses import S3Response
from moto.sqs import models as sqs
from moto.stepfunctions.parser.backend import execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_batch,
    state_task_service_callback,
)
from werkzeug.serving import make_server


def one_at_a_time(owner, names, lock):
    """Lets one call of these methods run at a time."""

    def guarded(method):
        def call(*args, **kwargs):
            with lock:
                return method(*args, **kwargs)

        return call

    for name in names:
        setattr(owner, name, guarded(getattr(owner, name)))


def mend_s3():
    one_at_a_time(S3Response, ["put_object", "_key_response_post", "delete_object"], threading.RLock())


def mend_sqs():
    lock = threading.RLock()
    real_time = sqs.unix_time

    def seconds(moment=None):
        header = flask.request.headers.get("x-test-clock") if moment is None and flask.has_request_context() else None
        return real_time(moment) if header is None else float(header) / 1000

    sqs.unix_time = seconds
    sqs.unix_time_millis = lambda moment=None: seconds(moment) * 1000
    # Time stands still in some tests, so "after" would never come.
    sqs.Message.visible = property(lambda message: sqs.unix_time_millis() >= message.visible_at)

    add_message = sqs.Queue.add_message

    def add_once(queue, message):
        sent = queue.__dict__.setdefault("sent_ids", {})
        before = sent.get(message.deduplication_id)
        if queue.fifo_queue and message.deduplication_id is not None:
            if before is not None and message.sent_timestamp - before < sqs.DEDUPLICATION_TIME_IN_SECONDS * 1000:
                return
            sent[message.deduplication_id] = message.sent_timestamp
        add_message(queue, message)

    sqs.Queue.add_message = add_once

    receive_message = sqs.SQSBackend.receive_message

    def receive_together(backend, queue_name, count, wait_seconds_timeout, visibility_timeout, *rest, **named):
        deadline = time.monotonic() + wait_seconds_timeout
        while True:
            with lock:
                queue = backend.get_queue(queue_name)
                for message in [pending for pending in queue.pending_messages if pending.visible]:
                    queue.pending_messages.discard(message)
                found = receive_message(backend, queue_name, count, 0, visibility_timeout, *rest, **named)
            if found or time.monotonic() >= deadline:
                return found
            time.sleep(0.02)

    sqs.SQSBackend.receive_message = receive_together
    one_at_a_time(
        sqs.SQSBackend,
        ["send_message", "send_message_batch", "delete_message", "change_message_visibility"],
        lock,
    )


def mend_step_functions():
    api = botocore.session.get_session().get_service_model("batch")

    def operation(task, action):
        wanted = (action or task.resource.api_action).replace("_", "").lower()
        return api.operation_model(next(name for name in api.operation_names if name.lower() == wanted))

    def to_api(task, parameters, boto_service_name=None, service_action_name=None):
        task._to_boto_request(parameters, operation(task, service_action_name).input_shape)

    def from_api(task, response, boto_service_name=None, service_action_name=None):
        task._from_boto_response(response, operation(task, service_action_name).output_shape)

    batch = state_task_service_batch.StateTaskServiceBatch
    batch._normalise_parameters = to_api
    batch._normalise_response = from_api
    state_task_service_callback._DELAY_SECONDS_SYNC_CONDITION_CHECK = 0.05

    one_at_a_time(StepFunctionsParserBackend, ["start_execution"], threading.RLock())

    def stop(started, stop_date, error, cause):
        worker = started.exec_worker
        while started.exec_status == execution.ExecutionStatus.RUNNING:
            environment = getattr(worker, "env", None)
            if environment is not None and environment.is_running():
                environment.set_stop(stop_date=stop_date, cause=cause, error=error)
                started.exec_status = execution.ExecutionStatus.ABORTED
                started.stop_date = stop_date
                for endpoint in list(environment.callback_pool_manager._pool.values()):
                    endpoint.interrupt_all()
            time.sleep(0.01)

    execution.Execution.stop = stop
    communication = execution.BaseExecutionWorkerCommunication
    terminated = communication.terminated

    def unless_stopped(worker):
        if worker.execution.exec_status != execution.ExecutionStatus.ABORTED:
            terminated(worker)

    communication.terminated = unless_stopped


def ask(question):
    """What whoever started the server says to a call of something of theirs; None where they do not want to be asked."""
    address = os.environ.get("MOTO_ASK")
    if address is None:
        return None
    request = urllib.request.Request(address, json.dumps(question).encode(), {"content-type": "application/json"})
    # No proxy, whatever the system has set up.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


def mend_batch():
    def run(job):
        properties = job.job_definition.container_properties or {}
        override = job.container_overrides
        pairs = properties.get("environment", []) + override.get("environment", [])
        environment = {pair["name"]: pair["value"] for pair in pairs}
        if "index" in job.array_properties:
            environment["AWS_BATCH_JOB_ARRAY_INDEX"] = str(job.array_properties["index"])
        answer = ask({
            "kind": "job",
            "name": job.job_name,
            "definition": job.job_definition.name,
            "command": override.get("command") or properties.get("command", []),
            "environment": environment,
        })
        return answer is None or answer["succeeds"]

    mark_stopped = Job._mark_stopped

    def stop(job, success=True):
        if "size" in job.array_properties:
            children = [other for id, other in job.all_jobs.items() if id.startswith(f"{job.job_id}:")]
            succeeds = all(child.status == JobStatus.SUCCEEDED for child in children)
        else:
            succeeds = success and run(job)
        if not succeeds:
            job.job_stopped_reason = "Essential container in task exited"
        mark_stopped(job, success=succeeds)

    Job._mark_stopped = stop


def mend_lambda():
    def invoke(backend, function_name, qualifier, body, headers, response_headers):
        name = function_name.split(":")[-1]
        answer = ask({"kind": "function", "name": name, "payload": json.loads(body or "null")})
        if answer is None:
            return body or b"null"
        if "error" in answer:
            response_headers["x-amz-function-error"] = "Unhandled"
            return json.dumps(answer["error"]).encode()
        return json.dumps(answer.get("result")).encode()

    LambdaSimpleBackend.invoke = invoke


def main():
    for mend in (mend_s3, mend_sqs, mend_step_functions, mend_batch, mend_lambda):
        mend()
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    # State machines call the services of this same server.
    os.environ["MOTO_PORT"] = str(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_port}), flush=True)
    # Whoever started it holds the other end: it closes even when that process is killed.
    sys.stdin.read()
    os._exit(0)


main()
