"""PyTorch's place for what computes: scripts ask here for GPUs and set switches. There are none."""

from chainrule.backends import cudnn as cudnn
from chainrule.backends import mps as mps
