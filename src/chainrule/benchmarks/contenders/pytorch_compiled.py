"""PyTorch with torch.compile: network and loss as one function, and the fused Adam."""

from chainrule.benchmarks.contender import THREADS, Contender, NotRun, Setting, Training
from chainrule.benchmarks.contenders.modules import build_model, train_in_batches
from chainrule.benchmarks.works import LEARNING_RATE, Work, make_data


def prepare(work: Work, setting: Setting) -> Training:
    """Compile network and loss.

    Raises:
        NotRun: if they cannot be compiled here, most often for want of a C++ compiler.
    """
    import torch
    from torch._dynamo.exc import TorchDynamoException

    torch.set_num_threads(setting.threads)
    torch.manual_seed(0)
    x, y = map(torch.from_numpy, make_data(work))
    model, loss = build_model(torch.nn, work), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    compiled = torch.compile(lambda a, b: loss(model(a), b))
    try:
        compiled(x[: work.batch_size], y[: work.batch_size]).backward()
    except TorchDynamoException as error:
        raise NotRun(f"torch.compile failed: {str(error).strip().splitlines()[0]}") from None
    return train_in_batches(work, compiled, optimizer, x, y, torch.randperm)


PYTORCH_COMPILED = Contender("pytorch-compiled", "PyTorch compiled", THREADS, prepare, ("torch",))
