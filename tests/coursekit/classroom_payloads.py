"""Scripts that a student might plant, each calling ``pwned(name)`` if it runs, and a notebook full of them."""

from __future__ import annotations

from classroom_course import submission

CALL = "pwned('{name}')"
MARKDOWN = {
    "script": "<script>{call}</script>",
    "img-onerror": '<img src=x onerror="{call}">',
    "svg-onload": '<svg onload="{call}"></svg>',
    "details-ontoggle": '<details open ontoggle="{call}">x</details>',
    "js-link": '<a href="javascript:{call}">click</a>',
    "js-markdown-link": "[click](javascript:{call})",
    "js-entity-link": "[click](&#106;avascript:{call})",
    "js-tab-link": '<a href="java&#9;script:{call}">click</a>',
    "js-reference": "[click][r]\n\n[r]: javascript:{call}",
    "js-autolink": "<javascript:{call}>",
    "iframe-srcdoc": '<iframe srcdoc="<script>parent.{call}</script>"></iframe>',
    "iframe-js": '<iframe src="javascript:parent.{call}"></iframe>',
    "object-data": '<object data="data:text/html,<script>top.{call}</script>"></object>',
    "embed": '<embed src="javascript:{call}">',
    "body-onload": '<body onload="{call}">',
    "input-autofocus": '<input autofocus onfocus="{call}">',
    "video-source": '<video><source onerror="{call}"></video>',
    "style-anim": '<style>@keyframes a{{}}</style><b style="animation:a 1s" onanimationstart="{call}">x</b>',
    "math-href": '<math><maction actiontype="statusline" xlink:href="javascript:{call}">x</maction></math>',
    "nested-broken": "<<script>script>{call}<</script>/script>",
    "comment-break": "<!--><img src=x onerror={call}>-->",
    "mutation": '<noscript><p title="</noscript><img src=x onerror={call}>"></noscript>',
    "mutation-svg": '<svg><style><img src="</style><img src=x onerror={call}>"></style></svg>',
    "fence-escape": "```\n</code></pre><script>{call}</script>\n```",
    "code-span": "`</code><img src=x onerror={call}>`",
    "tex-href": "$\\href{{javascript:{call}}}{{x}}$",
    "tex-break": "$</script><script>{call}</script>$",
    "image-alt": '![" onerror="{call}](http://127.0.0.1:9/x.png)',
    "image-title": '![x](http://127.0.0.1:9/x.png "\\" onerror={call} x")',
    "link-title": '[x](http://127.0.0.1:9 "\\" onmouseover={call} x")',
    "form-action": '<form action="javascript:{call}"><button>go</button></form>',
    "meta-refresh": '<meta http-equiv="refresh" content="0;url=javascript:{call}">',
    "base-href": '<base href="javascript:{call}//">',
    "table-cell": "| a |\n|---|\n| <img src=x onerror={call}> |",
    "uppercase": "<SCRIPT>{call}</SCRIPT>",
    "null-byte": "<scr\x00ipt>{call}</scr\x00ipt><\x00img src=x onerror={call}>",
    "backtick-attr": "<img src=`x` onerror={call}>",
}
OUTPUTS = {
    "out-html": {"text/html": "<script>{call}</script><img src=x onerror={call}>"},
    "out-svg": {
        "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" onload="{call}"><script>{call}</script></svg>'
    },
    "out-js": {"application/javascript": "{call}"},
    "out-latex": {"text/latex": "$\\href{{javascript:{call}}}{{x}}$<script>{call}</script>"},
    "out-markdown": {"text/markdown": "<script>{call}</script>"},
    "out-widget": {"application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>{call}</script>"}},
    "out-bokeh": {"application/vnd.bokehjs_exec.v0+json": "", "application/javascript": "{call}"},
    "out-png": {"image/png": '"><script>{call}</script>'},
    "out-jpeg": {"image/jpeg": 'x" onerror="{call}'},
    "out-plain": {"text/plain": "</pre><script>{call}</script>"},
    "out-ansi": {"text/plain": '\x1b[31m</span><img src=x onerror="{call}">\x1b[0m'},
    "out-key": {'text/html"><script>{call}</script>': "x"},
}


def filled(template: object, name: str) -> object:
    """A payload with its call put in."""
    call = CALL.format(name=name)
    if isinstance(template, str):
        return template.format(call=call)
    return {filled(key, name): filled(value, name) for key, value in template.items()}


def hostile_notebook() -> dict:
    """A submission that tries everything: in a written answer, in cells, outputs, attachments, metadata, ids and tracebacks."""
    everything = "\n\n".join(str(filled(text, f"answer-{name}")) for name, text in MARKDOWN.items())
    notebook = submission(
        explain=everything, double_answer="def double(x):\n    '</pre><script>pwned(\"source\")</script>'\n    return 1"
    )
    cells = notebook["cells"]
    for name, text in MARKDOWN.items():
        cells.append({"cell_type": "markdown", "id": f"m-{name}", "metadata": {}, "source": filled(text, name)})
        cells.append(
            {
                "cell_type": "raw",
                "id": f"r-{name}",
                "metadata": {"format": "text/html"},
                "source": filled(text, f"raw-{name}"),
            }
        )
    outputs = [
        {"output_type": kind, "data": filled(data, f"{kind}-{name}"), "metadata": {}, **extra}
        for name, data in OUTPUTS.items()
        for kind, extra in (("display_data", {}), ("execute_result", {"execution_count": 1}))
    ]
    outputs.append({"output_type": "stream", "name": "stdout", "text": "</pre><script>pwned('stream')</script>"})
    script = "<script>pwned('{0}')</script>".format
    trace = [f"</pre>{script('traceback')}", "\x1b]8;;javascript:pwned('osc')\x07x"]
    outputs.append({"output_type": "error", "ename": script("ename"), "evalue": script("evalue"), "traceback": trace})
    code = {"cell_type": "code", "id": "outputs", "source": "1", "outputs": outputs, "execution_count": 1}
    bundle = {"a.png": {"image/png": f'">{script("attachment")}'}}
    picture = {
        "cell_type": "markdown",
        "id": f'x">{script("id")}',
        "source": "![a](attachment:a.png)",
        "attachments": bundle,
    }
    marks = {
        "grade": True,
        "solution": True,
        "grade_id": f'">{script("grade_id")}',
        "points": 1,
        "comment": script("comment"),
    }
    graded = {"cell_type": "markdown", "id": "grade", "source": "x"}
    cells += [
        code | {"metadata": {}},
        picture | {"metadata": {}},
        graded | {"metadata": {"nbgrader": {**marks, "schema_version": 3}}},
    ]
    notebook["metadata"]["title"] = "</title><script>pwned('title')</script>"
    notebook["metadata"]["language_info"] = {"name": "<script>pwned('language')</script>", "pygments_lexer": "html+php"}
    notebook["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {}, "x": "</script><script>pwned('w')</script>"}
    }
    return notebook
