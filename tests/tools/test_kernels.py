"""Kernels as the builder, the tests and the grader start them."""

import asyncio
import time

import pytest
from jupyter_client.channels import AsyncZMQSocketChannel
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from hpcourse.instructor.sandbox import Kernel
from tools.kernels import AsyncOverFiles

PRINTS = "import ipywidgets\nipywidgets.interact(lambda x: print('shown', x), x=3);"


@pytest.mark.parametrize("start", [lambda _: AsyncOverFiles(), lambda folder: Kernel(folder, None, False)])
def test_a_reply_that_comes_while_something_is_sent_is_heard(start, tmp_path, monkeypatch):
    send = AsyncZMQSocketChannel.send

    def slowly(channel, msg):
        time.sleep(0.2)
        send(channel, msg)

    monkeypatch.setattr(AsyncZMQSocketChannel, "send", slowly)
    notebook = new_notebook(cells=[new_code_cell(PRINTS)])
    client = NotebookClient(notebook, start(tmp_path), timeout=1000)

    async def execute():
        async with client.async_setup_kernel(cleanup_kc=True):
            running = client.async_execute_cell(notebook.cells[0], 0)
            await asyncio.wait_for(running, 60)  # unheard, the reply would be met after the timeout

    asyncio.run(execute())
    widgets = client.widget_state.values()
    assert [shown["text"] for widget in widgets for shown in widget.get("outputs", ())] == ["shown 3\n"]
