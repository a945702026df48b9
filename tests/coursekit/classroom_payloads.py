"""Scripts that a student might plant, each calling ``pwned(name)`` if it runs, and a notebook full of them."""

from __future__ import annotations

import base64

from classroom_course import submission

CALL = "pwned('{name}')"
BEACON = "beacon.example"
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
    "js-tex-twice": "$\\\\href{{java\tscript:{call}}}{{x}}$",
    "tex-token": '$\\\\mmlToken{{mi}}[href="javascript:{call}"]{{x}}$',
    "tex-bbox": "$\\\\bbox[background:url({beacon})]{{x}}$",
    "math-tag": "$a$<img src=x onerror={call}>$b$",
    "math-environment": "\\begin{{equation}}<img src=x onerror={call}>\\end{{equation}}",
    "math-display": "$$\n<img src=x onerror={call}>\n$$",
    "fence-language": '```"><script>{call}</script>\ncode\n```',
    "fence-mermaid": "```mermaid\n</pre><img src=x onerror={call}>\n```",
    "fence-mermaid-entity": "```&#109;ermaid\n</pre>&lt;img src=x onerror={call}&gt;\n```",
    "heading": "# <img src=x onerror={call}> &lt;img src=x onerror={call}&gt;",
    "entities": "javascript: &lt;img src=x onerror={call}&gt; &amp;lt;img src=x onerror={call}&amp;gt;",
    "entity-brackets": "javascript: [click&rbrack;&lpar;java&Tab;script:{call}&rpar;",
    "wide-brackets": "\uff1cscript\uff1e{call}\uff1c/script\uff1e",
    "attachment-alt": '![" onerror="{call}](attachment:good.png)',
    "attachment-lost": "![x](attachment:lost.png) javascript: !&lbrack;x&rbrack;&lpar;attachment:lost2.png&rpar;",
    "template-shadow": '<div><template shadowrootmode="open"><script>{call}</script></template></div>',
    "svg-animate": '<svg><a><animate attributeName="href" values="javascript:{call}"/><text y="9">x</text></a></svg>',
    "svg-foreign": "<svg><foreignObject><img src=x onerror={call}></foreignObject></svg>",
    "svg-use": '<svg><use href="data:image/svg+xml,<svg id=x onload={call} />#x"/></svg>',
    "math-namespace": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;<img src=x onerror={call}>'>",
    "select-mutation": "<select><style></select><img src=x onerror={call}></style>",
    "style-import": "<style>@import '{beacon}';</style>",
    "style-url": '<div style="background:url({beacon});position:fixed;inset:0">4 / 4</div>',
    "link-prefetch": '<link rel="prefetch" href="{beacon}"><link rel="stylesheet" href="{beacon}">',
    "image-beacon": '<img src="{beacon}" srcset="{beacon}-2 2x">',
    "image-markdown": "![x]({beacon})",
    "image-reference": "![x][b]\n\n[b]: {beacon}",
    "image-entities": "javascript: !&#91;x&#93;&#40;{beacon}&#41; !&lbrack;x&rbrack;&lpar;{beacon}&rpar;",
    "image-in-link": "[![x]({beacon})]({beacon})",
    "image-in-table": "| a |\n|---|\n| ![x]({beacon}) |",
    "media-beacon": '<video poster="{beacon}"></video><audio src="{beacon}" autoplay></audio><iframe src="{beacon}"></iframe>',
    "object-beacon": '<object data="{beacon}"></object><embed src="{beacon}"><input type="image" src="{beacon}">',
    "meta-beacon": '<meta http-equiv="refresh" content="0;url={beacon}">',
    "form-submits": '<form id=f action="/formgrader/api/grade" method=post></form><img src=x onerror="f.submit();{call}">',
    "underscore": "<%= {call} %> <% {call} %>",
    "moustache": '{{{{constructor.constructor("{call}")()}}}} ${{{call}}}',
    "marquee": '<marquee onstart="{call}">x</marquee>',
    "popover": '<button popovertarget=x>x</button><div popover id=x onbeforetoggle="{call}">x</div>',
    "clobber": "# MathJax\n\n# base_url\n\n# submission_id\n\n# statusmessage\n\n# notebook",
}


def polyglot(head: bytes) -> str:
    """Base64 of a picture's head with a page behind it."""
    return base64.b64encode(head + b"<html><script>pwned('polyglot')</script>").decode()


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
    "out-vega": {"application/vnd.vega.v5+json": {"usermeta": "</script><script>{call}</script>"}},
    "out-geojson": {"application/geo+json": {"type": "</script><script>{call}</script>"}},
    "out-plotly": {"application/vnd.plotly.v1+json": {"data": "{call}"}, "text/html": "<script>{call}</script>"},
    "out-mermaid": {"text/vnd.mermaid": "graph TD; a[<img src=x onerror={call}>]"},
    "out-pdf": {
        "application/pdf": "JVBERi0=",
        "text/html": '<iframe srcdoc="<script>parent.{call}</script>"></iframe>',
    },
    "out-beacon": {"text/html": '<img src="{beacon}">', "text/markdown": "![x]({beacon})"},
    "out-svg-list": {"image/svg+xml": ["<svg xmlns='http://www.w3.org/2000/svg'>", "<script>{call}</script></svg>"]},
    "out-polyglot-png": {"image/png": polyglot(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0")},
    "out-polyglot-jpeg": {"image/jpeg": polyglot(b"\xff\xd8\xff\xc0\0\x0b\x08\0\1\0\1\1\1\x11\0")},
    "out-huge-png": {"image/png": polyglot(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x01\0\0\0\0")},
    "out-key": {'text/html"><script>{call}</script>': "x"},
}


def filled(template: object, name: str) -> object:
    """A payload with its call, or the address that it would tell somebody, put in."""
    if isinstance(template, str):
        return template.format(call=CALL.format(name=name), beacon=f"http://{BEACON}/{name}")
    if isinstance(template, list):
        return [filled(part, name) for part in template]
    return {filled(key, name): filled(value, name) for key, value in template.items()}


def everywhere(name: str, text: str) -> dict:
    """A code cell that holds a payload as source, tag, and in each kind of output."""
    streams = [
        {"output_type": "stream", "name": kind, "text": filled(text, f"{kind}-{name}")} for kind in ("stdout", "stderr")
    ]
    data = {kind: filled(text, f"{kind}-{name}") for kind in ("text/html", "text/markdown", "text/plain", "text/latex")}
    error = {"output_type": "error", "ename": filled(text, f"e-{name}"), "evalue": filled(text, f"v-{name}")}
    outputs = [
        *streams,
        {"output_type": "display_data", "data": data, "metadata": {"text/html": {"isolated": False}}},
        error | {"traceback": [filled(text, f"t-{name}"), f"\x1b[31m{filled(text, f'ansi-{name}')}\x1b[0m"]},
    ]
    marks = {"tags": [filled(text, f"tag-{name}")], "title": filled(text, f"meta-{name}")}
    code = {"cell_type": "code", "id": f"c-{name}", "metadata": marks, "execution_count": 1}
    return code | {"source": filled(text, f"code-{name}"), "outputs": outputs}


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
        cells.append(everywhere(name, text))
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
